"""Bytes of a file as text: UTF-8 for what people describe, GB18030 too for tables that Excel wrote."""

from __future__ import annotations

import re

from sim.errors import InputError
from sim.model.places import Place
from sim.text import Text

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_UTF_16 = Text("UTF-16", "UTF-16")
_GB18030 = Text("GB18030(GBK)", "GB18030 (GBK)")
_UNKNOWN = Text("未知编码", "no encoding that is known here")


def utf8(raw: bytes, file: str) -> str:
    """The text of a UTF-8 file, with or without BOM; another encoding is refused by its likely name."""
    return _decoded(raw, file, ("utf-8-sig",))


def utf8_or_gb18030(raw: bytes, file: str) -> str:
    """The text of a table in UTF-8 or, where it is not that, in GB18030."""
    return _decoded(raw, file, ("utf-8-sig", "gb18030"))


def _decoded(raw: bytes, file: str, encodings: tuple[str, ...]) -> str:
    seems = _seems(raw)
    for encoding in encodings if seems is not _UTF_16 else ():
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            bad = error.start
            continue
        _refuse_unprintable(text, file)
        return text
    line = 1 if seems is _UTF_16 else raw.count(b"\n", 0, bad) + 1
    raise InputError(
        Text(f"文件须为 UTF-8 编码,此文件似为{seems.zh}", f"files are UTF-8; this one seems to be {seems.en}"),
        Text("在编辑器中另存为 UTF-8", "save it as UTF-8 in your editor"),
        where=str(Place(file, line)),
    )


def _seems(raw: bytes) -> Text:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or raw[:400].count(b"\0") > len(raw[:400]) // 4:
        return _UTF_16
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return _UNKNOWN
    return _GB18030


def _refuse_unprintable(text: str, file: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found is None:
        return
    before = text[: found.start()]
    raise InputError(
        Text("文件中有不可见的控制字符", "the file has an invisible control character"),
        Text("删去该字符", "delete it"),
        where=str(Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))),
        value=found[0],
    )
