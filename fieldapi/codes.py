"""Every problem code with its status and its words. Codes are part of the contract: never rename one.

`docs/problems.md` prints this table. Facts in braces are filled in by whoever refuses.
"""

from typing import NamedTuple


class Code(NamedTuple):
    status: int
    zh: str
    en: str


CODES: dict[str, Code] = {
    # the request itself
    "bad_input": Code(400, "提交的内容有误", "The input has faults"),
    "bad_instant": Code(400, "时间须为带时区的 RFC 3339", "A time is RFC 3339 with an offset"),
    "bad_day": Code(400, "日期须为 YYYY-MM-DD", "A day is YYYY-MM-DD"),
    "bad_month": Code(400, "月份须为 YYYY-MM", "A month is YYYY-MM"),
    "unreadable": Code(400, "请求内容无法读取", "The body cannot be read"),
    "not_utf8": Code(400, "编码损坏，请用 UTF-8", "Not UTF-8"),
    "incomplete": Code(408, "请求未传完，请重新发送", "The request did not arrive whole: send it again"),
    "bad_id": Code(
        400, "编号须为小写带连字符的 UUID", "An id is a lower-case hyphenated UUID of 36 characters"
    ),
    "bad_cursor": Code(400, "翻页游标无效", "The cursor is not valid"),
    "bad_limit": Code(400, "limit 须在 1 到 {most} 之间", "limit must be from 1 to {most}"),
    "bad_query": Code(400, "查询参数有误", "A query parameter has a fault"),
    "unknown_field": Code(400, "未知字段", "Unknown field"),
    "unknown_parameter": Code(400, "未知查询参数", "Unknown query parameter"),
    "bad_host": Code(400, "服务器不以此主机名提供服务", "The server does not answer to this host name"),
    "not_found": Code(404, "不存在或无权查看", "It is not there, or not yours to see"),
    "method_not_allowed": Code(405, "不支持此方法", "This method is not allowed here"),
    "not_acceptable": Code(406, "无法提供所要求的格式", "The asked-for format cannot be served"),
    "unsupported_media_type": Code(415, "不支持此内容类型", "This content type is not supported"),
    "too_large": Code(413, "内容过大，上限 {limit} 字节", "Too large: the limit is {limit} bytes"),
    "throttled": Code(429, "请求过多，请稍后再试", "Too many requests: try again later"),
    "server_busy": Code(
        503, "服务暂时不可用，请稍后重试", "The service is not available just now: try again"
    ),
    "server_fault": Code(500, "服务器内部错误", "The server made a mistake"),
    # who you are
    "not_authenticated": Code(401, "请先登录", "Sign in first"),
    "bad_credentials": Code(401, "用户名或密码错误", "User name or password is wrong"),
    "token_invalid": Code(401, "令牌无效", "The token is not valid"),
    "token_expired": Code(401, "令牌已过期", "The token has expired"),
    "token_superseded": Code(401, "令牌已被更新的令牌取代", "A newer token has taken this one's place"),
    "session_ended": Code(401, "会话已结束，请重新登录", "The session has ended: sign in again"),
    "permission_denied": Code(403, "无权执行此操作", "You may not do this"),
    "password_change_required": Code(403, "首次登录须先修改密码", "Change the one-time password first"),
    "locked": Code(429, "登录失败次数过多，请稍后再试", "Too many failed sign-ins: try again later"),
    "bad_phone": Code(400, "电话号码有误", "Not a phone number"),
    "bad_username": Code(
        400,
        "用户名只能含文字、数字和 . @ + - _",
        "A user name has letters, digits and . @ + - _ only",
    ),
    "weak_password": Code(400, "密码强度不足", "The password is too weak"),
    "password_too_short": Code(400, "密码至少 8 个字符", "A password has at least 8 characters"),
    "password_too_similar": Code(
        400, "密码与用户名或姓名太相似", "The password is too similar to the user name or the name"
    ),
    "password_too_common": Code(400, "密码太常见", "The password is too common"),
    "password_entirely_numeric": Code(400, "密码不能全是数字", "A password is not digits only"),
    "password_unchanged": Code(400, "新密码与原密码相同", "The new password is the present one"),
    "wrong_password": Code(400, "原密码错误", "The present password is wrong"),
    # editing
    "version_required": Code(428, "须用 If-Match 带上版本号", "Send the row's version in If-Match"),
    "version_stale": Code(412, "该记录已被他人修改", "The row has changed since you read it"),
    "key_reused": Code(409, "幂等键已用于其他内容", "This Idempotency-Key was used for another body"),
    "key_in_progress": Code(409, "同一请求正在处理", "The same request is still running"),
    "already_exists": Code(409, "已存在相同的记录", "Such a row is already there"),
    "in_use": Code(409, "仍被其他记录引用", "Other rows still refer to it"),
    "wrong_state": Code(409, "当前状态不允许此操作", "Not allowed in the present state"),
    # what phones send
    "content_differs": Code(409, "该编号已有不同内容", "Other content stands under this id"),
    "other_user": Code(
        409,
        "此记录由另一用户填写，待其登录后提交",
        "Made by another user: it goes through when that user signs in",
    ),
    "household_unknown": Code(400, "查无此户，或从未与您结对", "No such household, or you never served it"),
    "user_unknown": Code(400, "查无此用户", "No such user"),
    "unit_unknown": Code(400, "查无此区划", "No such unit, or not yours"),
    "office_unknown": Code(400, "查无此科室", "No such office"),
    "category_unknown": Code(400, "查无此类别", "No such category"),
    "task_unknown": Code(400, "查无此任务", "No such task"),
    "visit_unknown": Code(400, "查无此走访，或非您所填", "No such visit, or not yours"),
    "matter_unknown": Code(400, "查无此实事", "No such practical matter, or not yours"),
    "exactly_one": Code(400, "须且只须属于走访、任务、实事之一", "Exactly one of visit, task and matter"),
    "made_at_missing": Code(400, "单独提交须带 made_at", "Sent alone it needs made_at"),
    "nothing_to_change": Code(400, "没有可更正的内容", "There is nothing to change"),
    "opinion_unknown": Code(400, "查无此意见", "No such opinion"),
    "ends_before_start": Code(400, "结束时间早于开始时间", "It ends before it starts"),
    "impossible_time": Code(400, "时间不可能", "An impossible time"),
    "masked_value": Code(400, "不能写入打码的号码", "A masked number cannot be written"),
    "phones_only_create": Code(
        409,
        "手机只能新增：已存的记录由更正单或办公端修改",
        "Phones only create: a stored row is changed by an amendment, or at a desk",
    ),
    "falls_with_visit": Code(
        409, "与其所属记录一同未被接受", "The row it goes with was not taken: see that one's problem"
    ),
    "table_unknown": Code(400, "没有这个数据表", "There is no such table"),
    "cursor_gone": Code(410, "翻页游标已失效，请重新拉取", "The cursor is gone: pull anew"),
    "too_many_rows": Code(
        413, "一次最多 {limit} 条，请分批提交", "At most {limit} rows at once: send them in parts"
    ),
    "waited_too_long": Code(409, "等待的记录三十天未到", "What it waited for did not come within 30 days"),
    # pairing
    "post_taken": Code(409, "该户该岗已有人结对", "This post of the household is taken on those days"),
    "same_person": Code(409, "同一人不能同时任 A、B 岗", "One person cannot hold both posts"),
    "not_a_cadre": Code(400, "此用户不是干部", "This user is not a cadre"),
    # groups
    "group_unknown": Code(400, "查无此归并", "No such group"),
    "same_group": Code(400, "不能与自身合并", "A group cannot be merged into itself"),
    "split_takes_all": Code(400, "不能分出全部意见", "A split leaves at least one opinion behind"),
    # tasks
    "five_fixings_missing": Code(409, "五定未齐", "The five fixings are not complete"),
    "already_extended": Code(409, "只能延期一次", "A due day is extended only once"),
    "due_day_fixed": Code(
        409, "已开始办理，办结日只能延期", "Work has begun: the due day now changes only by extend"
    ),
    "no_due_day": Code(409, "尚未定办结日", "There is no due day yet"),
    "nothing_above": Code(409, "已无上级可报", "There is no unit above it"),
    "review_required": Code(
        409, "此类任务须先经会审作出决定", "Tasks of this category need a joint review decided first"
    ),
    "due_not_later": Code(
        400, "新的办结日须晚于现定的", "The new due day must be later than the present one"
    ),
    "fixing_set": Code(400, "此项已定，须由主管调整", "Already fixed: a supervisor changes it by assign"),
    "nobody_assigned": Code(400, "须指定科室或承办人", "Name an office or a handler"),
    "not_a_handler": Code(400, "此人不能承办此任务", "This person cannot handle this task"),
    "photo_unknown": Code(400, "查无此照片，或不属于此任务", "No such photo, or not of this task"),
    "same_task": Code(400, "任务不能并入自身", "A task cannot be merged into itself"),
    "verb_unknown": Code(400, "没有这个操作", "There is no such verb"),
    "no_opinions": Code(400, "至少要有一条意见", "At least one opinion"),
    "opinion_has_task": Code(409, "意见已有任务", "An opinion already has a task"),
    # notices
    "notice_unknown": Code(400, "查无此提醒", "No such notice, or not yours"),
    # photos
    "length_required": Code(411, "须带 Content-Length", "Send a Content-Length"),
    "length_mismatch": Code(
        400,
        "照片应为 {declared} 字节，收到 {received} 字节",
        "The photo was declared with {declared} bytes; {received} came",
    ),
    "hash_mismatch": Code(
        400,
        "照片内容与申报的 sha256 不符，请重新发送",
        "The bytes have another sha256 than declared: send them again",
    ),
    "not_a_picture": Code(400, "不是可识别的照片文件", "This is no JPEG, PNG, WebP or HEIC picture"),
    "too_many_pixels": Code(400, "照片像素过多", "The picture has too many pixels"),
    "not_developed_yet": Code(
        409, "照片尚未处理完，请稍后再取", "The picture is not ready yet: ask again later"
    ),
    "no_picture": Code(404, "此照片没有可显示的图像", "There is no picture to show for this photo"),
    "range_not_satisfiable": Code(416, "所要求的范围超出文件", "The asked-for range lies outside the file"),
    # resumable uploads
    "tus_version": Code(412, "须带 Tus-Resumable: 1.0.0", "Send Tus-Resumable: 1.0.0"),
    "bad_upload_header": Code(400, "请求头 {header} 缺失或有误", "The header {header} is missing or wrong"),
    "photo_undeclared": Code(
        404,
        "您没有申报过此照片：请先提交照片记录，再传内容",
        "You have declared no such photo: send its row first, then its bytes",
    ),
    "offset_mismatch": Code(409, "应从第 {offset} 字节继续", "Go on from byte {offset}"),
    "checksum_mismatch": Code(
        460, "这一段与其校验和不符，请重新发送", "These bytes have another checksum: send them again"
    ),
    "upload_ended": Code(410, "此上传已结束，请重新开始", "This upload has ended: begin a new one"),
    # summaries
    "month_running": Code(409, "本月尚未结束", "The month is still running"),
    "bad_period": Code(400, "结束日早于开始日", "It ends before it starts"),
    "figure_unknown": Code(400, "没有这个指标", "There is no such figure"),
    # spreadsheets: the file
    "not_a_table": Code(415, "不是可读取的 CSV 或 XLSX 表格", "Not a CSV or XLSX table that can be read"),
    "xls_not_supported": Code(
        415, "不支持旧版 .xls，请另存为 .xlsx", "The old .xls is not supported: save it as .xlsx"
    ),
    "table_encrypted": Code(
        400, "表格有打开密码，请取消后再上传", "The workbook has a password: take it off first"
    ),
    "bad_encoding": Code(
        400, "第 {line} 行编码损坏，请用 UTF-8 或 GB18030", "Line {line} is neither UTF-8 nor GB18030"
    ),
    "table_too_large": Code(413, "表格过大，请分成几份", "The table is too large: split it"),
    "column_missing": Code(400, "缺少必需的列", "Required columns are missing"),
    # spreadsheets: a row
    "required": Code(400, "必填", "This is required"),
    "bad_id_number": Code(400, "身份证号有误", "Not an identity number"),
    "id_number_damaged": Code(
        400,
        "身份证号已被电子表格改坏（末几位丢失），请按证件重新以文本填写",
        "The spreadsheet has lost digits of this identity number: enter it again, as text",
    ),
    "number_damaged": Code(
        400,
        "号码已被电子表格改坏（科学计数），请重新以文本填写",
        "The spreadsheet has lost digits of this number: enter it again, as text",
    ),
    "bad_number": Code(400, "应为数字", "Not a number"),
    "bad_choice": Code(400, "不在可选项中", "Not one of the choices"),
    "bad_flag": Code(400, "应填“是”或“否”", "Say yes or no"),
    "bad_character": Code(400, "含有无法保存的字符", "A character that cannot be kept"),
    "too_long": Code(400, "内容过长", "Too long"),
    "unit_ambiguous": Code(400, "区划名称不唯一", "More than one unit has this name"),
    "household_ambiguous": Code(400, "户号不唯一，请填写村名", "More than one household has this number"),
    "user_ambiguous": Code(400, "姓名不唯一，请填写用户名", "More than one person has this name"),
    "duplicate_row": Code(400, "与表中另一行重复", "The same as another row of the file"),
    "differs": Code(
        400, "与系统中已有的内容不同，未作改动", "It differs from what is stored, which was left as it is"
    ),
    "cell_error": Code(400, "单元格是错误值", "The cell holds an error"),
    "formula_not_calculated": Code(
        400, "公式没有计算结果，请改为数值", "The formula has no value: replace it by its value"
    ),
}
IN_FIELDS: dict[str, Code] = {
    "blank": Code(400, "不能为空白", "Text that is empty or blank"),
    "empty": Code(400, "不能为空列表、空文件", "A list or a file that is empty"),
    "invalid": Code(400, "类型或格式不对", "Of the wrong type or form: text, number, true or false, object"),
    "invalid_choice": Code(400, "不在可选项中", "Not one of the choices"),
    "max_length": Code(400, "字符或条目过多", "More characters or entries than allowed"),
    "max_string_length": Code(400, "数字过长", "A number with too many digits"),
    "max_value": Code(400, "数值过大", "A number greater than allowed"),
    "min_length": Code(400, "字符或条目过少", "Fewer characters or entries than needed"),
    "min_value": Code(400, "数值过小", "A number less than allowed"),
    "no_name": Code(400, "文件没有名称", "A file without a name"),
    "not_a_dict": Code(400, "应为对象", "Not an object where one belongs"),
    "not_a_list": Code(400, "应为列表", "Not a list where one belongs"),
    "null": Code(400, "不能为 null", "Null where it may not be"),
    "overflow": Code(400, "数值过大", "A number too great to be kept"),
}
"""What Django REST framework says of single fields, in `errors` only. Sent are its own words, which name the limits."""
