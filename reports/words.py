"""The Chinese words of codes, for files that people read. Machines have the codes in the API."""

from matters.joining import HIGH, NORMAL
from matters.models import Task
from opinions.models import Opinion
from visits.models import Visit

KINDS: dict[str, str] = {
    Visit.Kind.HOME: "入户",
    Visit.Kind.FIELD: "田间地头",
    Visit.Kind.RECEPTION: "接待",
    Visit.Kind.OFFICE_DAY: "坐班日",
    Visit.Kind.DOOR_SERVICE: "上门服务",
    Visit.Kind.PHONE: "电话",
    Opinion.Kind.COMPLAINT: "投诉",
    Opinion.Kind.REQUEST: "诉求",
    Opinion.Kind.SUGGESTION: "建议",
    Opinion.Kind.PRAISE: "表扬",
    "up_to_7": "7天以内",
    "up_to_15": "8–15天",
    "up_to_30": "16–30天",
    "up_to_90": "31–90天",
    "over_90": "90天以上",
}
STATES: dict[str, str] = {
    Task.State.OPEN: "待交办",
    Task.State.ASSIGNED: "已交办",
    Task.State.IN_PROGRESS: "办理中",
    Task.State.DONE: "待确认",
    Task.State.CONFIRMED: "已确认",
    Task.State.DECLINED: "不予办理",
    Task.State.MERGED: "已并案",
}
PRIORITIES: dict[str, str] = {HIGH: "优先", NORMAL: "普通"}
YES_NO: dict[bool, str] = {True: "是", False: "否"}
