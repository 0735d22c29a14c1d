"""What names of columns say: synonyms, English names, and pinyin initials as back ends use them (SLSJ: 受理时间)."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import Literal

Role = Literal[
    "case", "step", "ready", "start", "end", "lifecycle", "accepted", "closed", "due", "state", "who", "unit",
    "district", "system", "suspended", "resumed", "attribute", "remark", "number",
]  # fmt: skip

SYNONYMS: dict[Role, str] = {
    "case": "办件编号 申请编号 业务编号 工单编号 工单号 受理编号 受理号 流程实例号 业务号 宗号 项目代码 "
    "办件号 业务流水号 流水号 业务单号 申请单号 工作单编号 申请号 案件编号 报装编号 "
    "case:concept:name caseid case id 项目编号",
    "step": "环节名称 环节 活动名称 节点名称 节点 办理步骤 办理环节 步骤 审批事项 活动 流程环节 工序 "
    "concept:name activity activityname step event task taskname",
    "ready": "到达时间 接收时间 环节到达时间 派发时间 派单时间 arrivaltime readytime",
    "start": "环节开始时间 开始时间 签收时间 开始办理时间 起始时间 start_time starttime start startdate starttimestamp",
    "end": "环节结束时间 环节完成时间 环节办结时间 结束时间 完成时间 提交时间 办理时间 操作时间 "
    "time:timestamp end_time endtime end timestamp completetime completetimestamp",
    "lifecycle": "lifecycle:transition lifecycle transition 事件类型 生命周期",
    "accepted": "受理时间 受理日期 申请时间 申请日期 业务受理时间 正式受理时间 报装时间 收件时间 "
    "case:startdate accepted",
    "closed": "办结时间 办结日期 实际办结时间 流程结束时间 业务办结时间 case:enddate closed",
    "due": "承诺办结时间 承诺时间 承诺时限 承诺办结日期 应办结时间 到期时间 到期日 限办时间 时限 "
    "办理时限 case:deadline case:enddate_planned deadline due duedate",
    "state": "流程状态 办件状态 业务状态 工单状态 状态 办理状态 案件状态 当前状态 status state",
    "who": "处理人 办理人 经办人 操作员 操作人 初审人 复审人 登簿人 收件人 受理人 审核人 审批人 勘查人 "
    "客户经理 项目经理 责任人 承办人 办理人员 受理人员 经办人员 org:resource resource "
    "case:responsible user",
    "unit": "处理部门 供电单位 责任单位 区局 窗口 办理部门 承办单位 受理单位 部门 单位 办理单位 供电所 "
    "org:group department case:department",
    "district": "区县 旗县区 行政区 所属区域 区域 所在区 行政区划 辖区 所属区县 district",
    "system": "系统 数据来源 来源系统 来源 system source",
    "suspended": "挂起时间 挂起开始时间 特别程序起 特别程序开始时间 特别程序起始时间 暂停时间 中止时间 补正告知时间",
    "resumed": "解挂时间 挂起结束时间 特别程序止 特别程序结束时间 恢复时间 补正受理时间",
    "attribute": "用户类别 用电类别 客户类型 客户类别 业务类型 登记类型 业务类别 办件类型 电压等级 "
    "供电电源数 电源数 电源类型 合同容量 报装容量 容量 表型 口径 是否外线工程 是否三零 三零用户 "
    "是否破路 外线工程 用气类型 特别程序 特别程序名称 工程类别 办结结果 case:channel 受理渠道 "
    "渠道 申请方式 role",
    "remark": "备注 说明 意见 办理意见 审批意见 描述 remark comment",
    "number": "序号 编号 行号 no id",
}
"""The commonest first: of two columns of one role the one that stands first here is taken, and the other named."""

# Level 1 of GB 2312 stands in the order of pinyin: the first character of each initial, as its two bytes.
_FIRSTS = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_LETTERS = "abcdefghjklmnopqrstwxyz"
_STARTS = [char.encode("gb2312") for char in _FIRSTS]
_LAST_OF_LEVEL_1 = b"\xd7\xf9"
_RARE = {"缮": "s", "踏": "t", "坐": "z", "做": "z"}
_USUAL = {"jssj": "结束时间"}
"""Initials of two roles that back ends use for one (jssj could be 接收时间, too)."""
_ODD = re.compile(r"[\s_\-::()()\[\].*#、,,\"'“”]+")


def plain(name: str) -> str:
    """A header as it is compared: half-width, lower case, without spaces and marks.

    >>> plain("受理 时间(年月日)"), plain("CASE_ID")
    ('受理时间年月日', 'caseid')
    """
    return _ODD.sub("", unicodedata.normalize("NFKC", name)).lower()


def initials(text: str) -> str:
    """The first letters of the pinyin of each character; others stay as they are.

    >>> initials("受理时间"), initials("办结时间"), initials("10kV业务")
    ('slsj', 'bjsj', '10kvyw')
    """
    return "".join(_initial(char) for char in text).lower()


@cache
def _initial(char: str) -> str:
    if char in _RARE:
        return _RARE[char]
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return char
    if len(code) != 2 or not _STARTS[0] <= code <= _LAST_OF_LEVEL_1:
        return char
    return _LETTERS[bisect_right(_STARTS, code) - 1]


@cache
def _known() -> tuple[dict[str, tuple[Role, int, str]], dict[str, list[tuple[Role, int, str]]]]:
    """Names and initials, each with its roles, rank and the synonym itself."""
    names: dict[str, tuple[Role, int, str]] = {}
    short: dict[str, list[tuple[Role, int, str]]] = {}
    for role, words in SYNONYMS.items():
        for rank, word in enumerate(words.split()):
            names.setdefault(plain(word), (role, rank, word))
            if not word.isascii():
                short.setdefault(initials(word), []).append((role, rank, word))
    return names, short


def role_of(column: str) -> tuple[Role, int, str] | None:
    """The role that a column's name tells, its rank among the synonyms, and the synonym; None where it tells none.

    Of a name of two rows (``受理/时间``) the whole counts, then its last part; initials count where they can
    mean one role only.

    >>> role_of("SLSJ"), role_of("经办人"), role_of("hj")
    (('accepted', 0, '受理时间'), ('who', 2, '经办人'), ('step', 1, '环节'))
    """
    names, short = _known()
    for form in dict.fromkeys([plain(column.replace("/", "")), plain(column.rpartition("/")[2])]):
        if form in names:
            return names[form]
        if form in _USUAL:
            return names[_USUAL[form]]
        if form.isascii() and len(form) >= 2 and form in short:
            found = short[form]
            if len({role for role, _, _ in found}) == 1:
                return min(found, key=lambda one: one[1])
    return None


def means_time(column: str) -> bool:
    """Whether the name says that a column holds times: numbers alone would not tell."""
    form = plain(column)
    return bool(re.search(r"时间|日期|时刻|time|date|deadline|承诺时限|到期", form)) or (
        form.isascii() and form.endswith(("sj", "rq"))
    )


def without_time(column: str) -> str:
    """The name of a milestone column without its word for time: ``现场勘查完成时间`` is 现场勘查."""
    return re.sub(r"(完成|办结|结束)?(时间|日期|时刻)$", "", plain(column))
