"""The places a text names, and whether two texts are about places apart.

A name is what stands before a word for a kind of place (…村, …路, …小学): its last characters, or the whole
number. Where a name begins need not be known for that, nor any list of names.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from likeness.words import NOTHING, Run, Word, known_words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Names of these are the same or they are not.
EXACT = {
    "county": "区 县 州 旗",
    "town": "街道 镇 乡 苏木 开发区 工业园区 管理区 生活区 物流区 农场 林场 渔场 原种场 良种场",
    "village": "村委会 村民委员会 村 嘎查",
    "community": "社区 居委会 居民委员会",
    "hamlet": "村民小组 组 队 屯 寨 社",
    "road": "大道 路口 国道 省道 县道 高速 路 街 巷 桥",
    "line": "号线 路公交 路车 路公共汽车",
    "block": "栋 号楼 单元 期",
}
# Names of these are written in many ways (中央美郡, 中央郡美): one character in common leaves it open.
LOOSE = {
    "estate": "小区 花园 花苑 家园 公馆 山庄 公寓 大厦 广场 新城 苑 府 园 城 湾 郡 庭 邸 居 院子",
    "water": "公园 水库 湖 河 山",
    "school": "小学 中学 学校 幼儿园 大学 学院 中",
    "hospital": "医院 卫生院 卫生室 诊所",
}
NUMBERED = {"栋", "号楼", "单元", "期", "中", *EXACT["line"].split()}  # named by numbers only
KIND_OF = {word: kind for kinds in (EXACT, LOOSE) for kind, words in kinds.items() for word in words.split()}
_KIND_WORD = re.compile("|".join(sorted(KIND_OF, key=len, reverse=True)))
# 村口, 路灯, 城管 … name no place: before these the word for a kind is part of another word.
_NO_PLACE_BEFORE = {
    "村": "民里上口头内中子干务庄",
    "路": "灯面过人边上段况由线障基",
    "街": "边上头",
    "城": "市管乡区建里",
    "区": "域别政",
    "社": "会保区",
    "组": "织建长团",
    "队": "伍员长",
    "县": "城委长级",
    "镇": "区上里长",
    "乡": "亲下里镇",
    "桥": "梁",
    "巷": "子",
    "湖": "边面",
    "河": "边道水",
    "山": "上体",
    "居": "民住然委",
    "园": "区林",
    "期": "间望待限",
    "社区": "医服",
}
_COUNTRYSIDE = re.compile("乡村(?![口里上头民委])")  # 八一乡村口 is the entrance of a village in 八一乡
_NUMBER = re.compile(r"[0-9a-z百]+$")
# Before a word for a kind these are no names: 全村, 这个村, 那段路, 配套幼儿园.
_NO_NAME = frozenset("本我全各农乡邻该此每在到进出去来从住是的了有这那条段处新老")
_NO_NAME_ENDS = frozenset("的了是在有这那")  # 村口的路
_NO_NAMES = _words("我们 你们 他们 咱们 这个 那个 每个 1个 整个 几个 哪个 各个 这条 那条 1条 这段 那段 1段")
_OF_ANY = _words(
    "有限 科技 发展 国家 配套 安置 住宅 国际 普惠 公办 民办 商业 周围 重建 连锁 建设 考古 遗址 森林 文化"
)
WHOLE = ("village", "community", "town")  # one of these is named, or not; finest first but for the town
DIVISIONS = ("town", "village", "community", "hamlet")

Names = Mapping[str, Collection[str]]  # by kind


@dataclass(frozen=True)
class Places:
    """The names in the lead and in the whole text, by kind; the unit it was said in, and that unit's name."""

    lead: Names = field(default_factory=dict)
    whole: Names = field(default_factory=dict)
    home: str = ""


def names_in(runs: Iterable[Run], villages: Collection[str] = ()) -> Names:
    """What the runs of a text name, by kind. `villages` are names that count also without 村 or 社区."""
    found: dict[str, set[str]] = {}
    for run in runs:
        for village in villages:
            if village in run.text:
                found.setdefault("village", set()).add(_ending(village))
        for kind, name in _named(run):
            found.setdefault(kind, set()).add(name)
    return found


def says_where(text: str, start: int, end: int) -> bool:
    """A word for a kind of place, or one that begins it: 医院, the 安置 of 安置小区."""
    return text[start:end] in KIND_OF or _KIND_WORD.match(text, end) is not None


def _named(run: Run) -> Iterator[tuple[str, str]]:
    """Kind and name, in order. A name begins after the place or the known word before it, at the latest."""
    words = [word for word in run.words if word[1] - word[0] > 1]
    kinds = [match for match in _KIND_WORD.finditer(run.text) if _is_for_a_kind(match, words)]
    begin = 0
    for place, match in enumerate(kinds):
        if _is_part_of_a_name(match, kinds[place + 1 :]):
            continue
        kind = KIND_OF[match.group()]
        no_names = [end for _, end, topic in words if topic == NOTHING or kind not in DIVISIONS]
        begin = max([begin, *(end for end in no_names if end <= match.start())])
        if name := _name(run.text[begin : match.start()], match.group()):
            yield kind, name
            begin = match.end()


def _is_for_a_kind(match: re.Match[str], words: Iterable[Word]) -> bool:
    """Not the end of a known word (马路), nor the beginning of another (路灯, 乡村)."""
    if _COUNTRYSIDE.match(match.string, match.start()):
        return False
    after = match.string[match.end() : match.end() + 1]
    if after and after in _NO_PLACE_BEFORE.get(match.group(), ""):
        return False
    return not any(start < match.start() < end for start, end, _ in words)


def _is_part_of_a_name(match: re.Match[str], following: Iterable[re.Match[str]]) -> bool:
    """The 桥 of 高桥村, the 湖 of 白湖港村, the 山 and the 路 of 赫山路社区."""
    if KIND_OF[match.group()] in WHOLE:
        return False
    end = match.end()
    for one in following:
        if one.start() - end > 1:
            return False
        if KIND_OF[one.group()] in DIVISIONS:
            return True
        end = one.end()
    return False


def _name(before: str, word: str) -> str:
    if number := _NUMBER.search(before):
        return number.group()
    if word in NUMBERED or before in _NO_NAME or before[-1:] in _NO_NAME_ENDS or before[-2:] in _NO_NAMES:
        return ""
    if KIND_OF[word] not in DIVISIONS and before[-2:] in _OF_ANY:
        return ""
    return _ending(before)


def _ending(name: str) -> str:
    """The last three characters; the last two where the one before them is a word of grammar."""
    return name[-2:] if known_words().get(name[-3:-2]) == NOTHING else name[-3:]


def are_apart(one: Places, other: Places) -> bool:
    """Whether the leads name different places of one kind; where they share no name, whether the homes differ."""
    if any(_differ(kind, one, other) for kind in one.lead.keys() & other.lead.keys()):
        return True
    if _on_two_levels(one.lead, other.lead):
        return True
    return _homes_differ(one.home, other.home) and not _share_a_name(one, other)


def _differ(kind: str, one: Places, other: Places) -> bool:
    return not (
        _meet(kind, one.lead[kind], other.whole.get(kind, ()))
        or _meet(kind, one.whole.get(kind, ()), other.lead[kind])
    )


def _homes_differ(one: str, other: str) -> bool:
    """Two hamlets or villages neither of which is within the other."""
    return bool(one and other) and not (one.startswith(other) or other.startswith(one))


def _on_two_levels(one: Names, other: Names) -> bool:
    """One names a village, the other only a town: perhaps that village's, perhaps not."""
    finest = [next((kind for kind in WHOLE if kind in names), None) for names in (one, other)]
    return None not in finest and finest[0] != finest[1]


def _share_a_name(one: Places, other: Places) -> bool:
    """A village, a road, a school …: not a number, which every village has."""
    kinds = (one.whole.keys() & other.whole.keys()) - {"county", "town", "hamlet", "block"}
    return any(set(one.whole[kind]) & set(other.whole[kind]) for kind in kinds)


def _meet(kind: str, names: Collection[str], others: Collection[str]) -> bool:
    return any(_may_be_the_same(kind, name, other) for name in names for other in others)


def _may_be_the_same(kind: str, name: str, other: str) -> bool:
    if name == other:
        return True
    if _NUMBER.search(name) or _NUMBER.search(other):
        return False
    if min(len(name), len(other)) > 1 and (name.endswith(other) or other.endswith(name)):
        return True
    return kind in LOOSE and bool(set(name[-2:]) & set(other[-2:]))
