"""Personal data in an export: found by the name of a column and by what stands in it; never needed, so never kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from calibration.importing.cells import normal
from calibration.importing.headers import plain, role_of
from sim.text import Text

Kind = Literal["name", "id-number", "phone", "address", "plate", "account", "contact"]
KINDS: dict[Kind, Text] = {
    "name": Text("姓名或单位名称", "a name"),
    "id-number": Text("证件号码", "an id number"),
    "phone": Text("电话号码", "a phone number"),
    "address": Text("地址", "an address"),
    "plate": Text("车牌号", "a number plate"),
    "account": Text("户号、账号", "an account"),
    "contact": Text("邮箱、微信等", "an e-mail or chat name"),
}
_HEADERS: tuple[tuple[Kind, str], ...] = (
    ("id-number", "身份证|证件号|证号码|信用代码|idcard|idnumber|^sfzh?m?$|^zjhm?$"),
    ("phone", "电话|手机|联系方式|phone|mobile|telephone|^tel$|^lxdh$|^sjhm?$|^lxfs$"),
    ("address", "地址|住址|坐落|位置|address|^(yd|yh|xx)?dz$"),
    ("plate", "车牌|plate"),
    ("contact", "邮箱|微信|e?mail|qq"),
    ("account", "户号|账号|帐号|卡号|account|^yhbh$|^khbh$"),
    (
        "name",
        "姓名|户名|(用户|客户|项目|单位|企业|公司|申请人|业主|权利人)名称|^(申请人|联系人|法人|法定代表人|权利人|义务人|业主|"
        "委托人|代理人|抵押人|抵押权人|用户|客户)$|applicant|customername|^(yh|kh|xm|qy|dw)mc$|^xm$|^sqr$|^lxr$|^qlr$|^name$",
    ),
)
_ID = re.compile(r"(?<![0-9A-Za-z])(?:[1-9]\d{16}[\dXx]|[1-9]\d{14})(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
    r"[A-HJ-NP-Z][·. ]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_ADDRESS = re.compile(
    r"[\u4e00-\u9fff\w]*(?:路|街|巷|道|村|镇|乡|苏木|嘎查|小区|花园|家园|苑|社区|公寓|大厦)[\u4e00-\u9fff\w-]*?\d+[\w-]*(?:号|栋|幢|楼|单元|室|户|层|门)[\w\d-]*(?:号楼|号|栋|幢|楼|单元|室|户)*"
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤乌包敖云额巴那斯特"
)
_NAME = re.compile(r"[\u4e00-\u9fff]{2,3}|[\u4e00-\u9fff]{1,8}·[\u4e00-\u9fff]{1,8}")
_MOSTLY, _SOME, _MANY = 0.9, 0.05, 20
MASK = "***"


def is_id_number(text: str) -> bool:
    """A number of a resident identity card: 18 places whose last is the checksum of GB 11643, or the 15 of old.

    >>> is_id_number("11010519491231002X"), is_id_number("110105194912310021")
    (True, False)
    """
    if re.fullmatch(r"[1-9]\d{14}", text):
        return "01" <= text[8:10] <= "12" and "01" <= text[10:12] <= "31"
    if not re.fullmatch(r"[1-9]\d{16}[\dXx]", text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text, strict=False))
    return "10X98765432"[total % 11] == text[-1].upper()


def masked(text: str) -> str:
    """A text with every personal value that can be recognised in it replaced.

    >>> masked("联系13812345678,蒙B12345"), masked("受理")
    ('联系***,***', '受理')
    """
    found = normal(text)
    found = _ID.sub(lambda match: MASK if is_id_number(match[0]) else match[0], found)
    for pattern in (_MAIL, _PHONE, _PLATE, _ADDRESS):
        found = pattern.sub(MASK, found)
    return text if found == normal(text) else found


def is_like_a_name(text: str) -> bool:
    """Two or three characters that begin with a usual surname, or two parts with a point between them.

    >>> is_like_a_name("王小明"), is_like_a_name("现场勘查")
    (True, False)
    """
    return bool(_NAME.fullmatch(text)) and (text[0] in _SURNAMES or "·" in text)


def kind_by_header(column: str) -> Kind | None:
    """What personal data a column's name announces; a column that the analysis has a use for is none."""
    form = plain(column.rpartition("/")[2])
    known = role_of(column)
    if known is not None and known[0] not in ("remark", "number"):  # staff have pseudonyms and are none of these
        return None
    return next((kind for kind, pattern in _HEADERS if re.search(pattern, form)), None)


def kind_by_value(cells: Sequence[str]) -> Kind | None:
    """What personal data some cells of a column are: a twentieth of them that can be recognised makes it that.

    Names of persons have no form of their own: nine in ten cells of two or three characters that begin with a usual
    surname, with many of them different, are taken for names.
    """
    filled = [text for text in map(normal, cells) if text]
    if not filled:
        return None
    tests = (
        ("id-number", lambda text: any(is_id_number(match) for match in _ID.findall(text))),
        ("phone", lambda text: bool(_PHONE.search(text))),
        ("contact", lambda text: bool(_MAIL.search(text))),
        ("plate", lambda text: bool(_PLATE.search(text))),
        ("address", lambda text: bool(_ADDRESS.search(text))),
    )
    for kind, test in tests:
        if sum(map(test, filled)) >= max(1, _SOME * len(filled)):
            return kind  # type: ignore[return-value]
    names = sum(map(is_like_a_name, filled))
    if names >= _MOSTLY * len(filled) and len(set(filled)) >= max(3, min(_MANY, len(filled) // 2)):
        return "name"
    return None
