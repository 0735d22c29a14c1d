"""How text is set: full-width punctuation in Chinese, nothing invisible, nothing endless, names fit for files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import count

from sim.text import Language

LONGEST = 200
_CJK = r"[\u3001-\u3011\u3400-\u9fff\uff01-\uff60“”‘’…]"
_WIDE = str.maketrans(",;:?!()", "，；：？！（）")
_BESIDE_CJK = re.compile(rf"(?<={_CJK})\s?[,;:?!](?:\s|(?=\S|$))|[,;:?!]\s?(?={_CJK})")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_SPACE_AT_WIDE = re.compile(r"(?<=[，；：？！（）。、]) +| +(?=[，；：？！（）。、])")
_UNSAFE_IN_NAMES = re.compile(r"[^\w.-]+", re.ASCII)


def shown(text: str, language: Language, *, longest: int = LONGEST) -> str:
    """A name or a sentence as a reader may see it (BAD_INPUT 44), in Chinese with full-width punctuation."""
    text = cleaned(text, longest=longest)
    return full_width(text) if language == "zh" else text


def cleaned(text: str, *, longest: int = LONGEST) -> str:
    """On one line, without control characters and marks that turn the direction of writing, and not for ever."""
    text = "".join(
        " " if c.isspace() else c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c.isspace()
    )
    return text if len(text) <= longest else text[: longest - 1] + "…"


def full_width(text: str) -> str:
    """Chinese prose has full-width commas, colons and brackets, also where a file was typed with the narrow ones.

    >>> full_width("平均 30 分钟,变异系数 0.5"), full_width("1,000 (A)"), full_width("检验组(2人),早")
    ('平均 30 分钟，变异系数 0.5', '1,000 (A)', '检验组（2人），早')
    """
    text = _BRACKETS.sub(lambda match: f"（{match[1]}）" if re.search(_CJK, _around(match)) else match[0], text)
    text = _BESIDE_CJK.sub(lambda match: match[0].strip().translate(_WIDE), text)
    return _SPACE_AT_WIDE.sub("", text)


def _around(match: re.Match[str]) -> str:
    """What stands in the brackets and the letters on both sides."""
    text = match.string
    return text[max(match.start() - 1, 0) : match.start()] + match[1] + text[match.end() : match.end() + 1]


def file_name(text: str, taken: Collection[str] = ()) -> str:
    """A name that every file system takes: ASCII letters, digits, dot and hyphen, and none of those ``taken``.

    >>> file_name("../../E4 时间"), file_name("e4", ["E4"])
    ('E4', 'e4-2')
    """
    name = _UNSAFE_IN_NAMES.sub("-", text).strip("-.")[:80] or "x"
    known = {other.lower() for other in taken}
    numbered = (name if i == 1 else f"{name}-{i}" for i in count(1))
    return next(one for one in numbered if one.lower() not in known)
