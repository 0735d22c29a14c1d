"""What the YAML reader complains about, in the words of somebody who wrote the file."""

from __future__ import annotations

import re

from sim.text import Text

_QUOTE = Text("给整段文字加上引号", "put the whole text in quotes")
_PROBLEMS: tuple[tuple[str, Text, Text], ...] = (
    (
        r"character '\\t'",
        Text("缩进和分隔不用制表符", "tabs do not indent or separate"),
        Text("改用空格", "use spaces"),
    ),
    (
        "cannot start any token",
        Text("文字不能以这个符号开头", "a text does not begin with this sign"),
        _QUOTE,
    ),
    (
        "mapping values are not allowed",
        Text("这里的冒号不能再引出一个值", "this colon cannot bring another value"),
        Text("检查缩进;文字中有冒号时加引号", "check the indentation; quote a text that has a colon"),
    ),
    (
        "could not find expected ':'",
        Text("键后面缺少冒号", "a key without its colon"),
        Text("写成“键: 值”,冒号后有空格", "write `key: value`, with a space after the colon"),
    ),
    (
        "expected <block end>",
        Text("缩进与上文不一致", "the indentation does not match the lines above"),
        Text("同一层的行左端对齐;引号之后不再有文字", "align the lines of one level; nothing follows a closing quote"),
    ),
    (
        "expected ',' or",
        Text("括号没有闭合,或各项之间缺少逗号", "a bracket is not closed, or a comma is missing"),
        Text("补上逗号或括号", "add the comma or the bracket"),
    ),
    (
        "unexpected end of stream",
        Text("引号没有闭合", "a quote is not closed"),
        Text("补上引号", "close the quote"),
    ),
)


def explained(problem: str) -> tuple[Text, Text]:
    """The rule and the cure for a problem that ruamel.yaml reports."""
    for pattern, rule, cure in _PROBLEMS:
        if re.search(pattern, problem.replace("\t", "\\t")):
            return rule, cure
    return (
        Text("YAML 写法有误({problem})", "this is not YAML: {problem}").format(problem=problem),
        Text("检查这一行及上一行的缩进、引号和括号", "check indentation, quotes and brackets here and one line above"),
    )
