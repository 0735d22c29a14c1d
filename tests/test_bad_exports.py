"""Exports that are refused get what ../shared/verify/BAD_INPUT.md promises, kinds 28 to 44 by number.

Exit code 2, one error in each language with place, rule and cure, no traceback, nothing written. What is repaired,
counted or warned of instead stands with its test in the table of calibration/importing/README.md.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from calibration.importing.reading import opening
from sim.cli import run
from tests.exports import delimited, workbook, written
from tests.test_found_mappings import LIMITS

HEADER = ["受理号", "是否外线工程", "受理时间", "通水时间", "经办人"]
MAPPING = """shixian_mapping: 1
form: wide
case: 受理号
accepted: 受理时间
closed: 通水时间
milestones: {通水时间: {step: commissioning, mark: water-on, owner: water-company}}
attributes: [是否外线工程]
who: 经办人
classes: [{class: water-simple, when: {是否外线工程: [否]}}]
"""
LONG = """shixian_mapping: 1
form: long
case: 受理号
long: {step: 是否外线工程, start: 受理时间, end: 通水时间}
steps: {否: {step: a}}
"""


class Bad(NamedTuple):
    """An export, how it is called, the mapping, words of the rule in English, the place, and the value shown."""

    number: int
    name: str
    content: bytes
    rule: str
    place: str = ""
    value: str = ""
    mapping: str = MAPPING


def rows(accepted: Callable[[int], str], done: Callable[[int], str], n: int = 40, clerk: str = "张三") -> bytes:
    return delimited([HEADER, *([f"YS{i:03}", "否", accepted(i), done(i), clerk] for i in range(n))]).encode()


def day(month: int, style: str = "2021-{m:02}-{d:02} 09:00") -> Callable[[int], str]:
    return lambda i: style.format(m=month, d=i % 12 + 1, y=21)


def zipped(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def locked(content: bytes) -> bytes:
    """The flag of encryption in both headers of the one member."""
    whole = bytearray(zipped(**{"e.csv": content}))
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    return bytes(whole)


GOOD = rows(day(6), day(7))
BAD_TIME = "a time cannot be read"
CYRILLIC = ("Номер;Дата;Клерк\n" + "А;2021-06-04;Ж\n" * 40).encode("cp1251")
XML_2003 = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
CASES = [
    Bad(28, "e.csv", GOOD, "there is no such zone", "zone", "Mars/Base", mapping=MAPPING + "zone: Mars/Base\n"),
    Bad(30, "e.csv", b"", "the file is empty", "e.csv"),
    Bad(30, "e.csv", b"\xef\xbb\xbf\r\n", "the file is empty", "e.csv"),
    Bad(30, "e.csv", delimited([HEADER]).encode(), "no row that can be used", "e.csv"),
    Bad(30, "e.csv", rows(lambda _: "", lambda _: ""), "no case can be counted", value="not-accepted ×40"),
    Bad(31, "e.csv", rows(day(7), day(6)), "the end is before the start", "row 2", "2021-06-01", LONG),
    Bad(32, "e.csv", rows(day(6, "{m:02}/{d:02}/2021"), day(7)), "which number is the day", "受理时间, row 2", "06/01"),
    Bad(32, "e.csv", rows(day(6, "{m:02}/{d:02}/{y}"), day(7)), "a year of two digits", "受理时间, row 2", "06/01/21"),
    Bad(32, "e.csv", rows(lambda i: f"{1700 + i}-06-04", day(7)), BAD_TIME, "受理时间, row 2", "1700-06-04"),
    Bad(33, "e.csv", rows(day(6), day(7, "2021-{m:02}-{d:02}T09:00:00Z")), "beside times without one", "row 2", "Z"),
    Bad(34, "e.csv", GOOD.replace(b"YS003", b"1.2E+15"), "into exponents", "受理号, row 5", "1.2E+15"),
    Bad(35, "e.csv", GOOD.decode().encode("utf-8") + "\u0416\u0418".encode("cp1251"), "not UTF-8", "e.csv:42"),
    Bad(35, "e.csv", CYRILLIC, "the encoding is neither", "e.csv"),
    Bad(35, "e.csv", GOOD.decode("gb18030", "replace").encode(), "garbled", "e.csv:1"),
    Bad(35, "e.csv", delimited([HEADER, *([["a", "否", "2021-06-04"]] * 300)]).encode(), "cannot be read", "e.csv:2"),
    Bad(35, "e.csv", GOOD + b'"' + b"x" * (5 << 20), "more than 4 MB", "e.csv:42"),
    Bad(35, "e.csv", GOOD + b"\0" * (5 << 20), "more than 4 MB", "e.csv:42"),
    Bad(36, "e.csv", GOOD.replace("受理号".encode(), "编号".encode()), "no column of that name", "e.csv", "受理号"),
    Bad(39, "e.xes", b"<?xml version='1.0'?><log><trace><event></trace></log>", "the XML is broken", "e.xes:1"),
    Bad(39, "e.xes", b"<html><body><p>login</p></body></html>", "holds no table", "e.xes"),
    Bad(39, "e.xes", b"<!DOCTYPE log [<!ENTITY x 'y'>]><log><trace/></log>", "has no DOCTYPE", "e.xes:1"),
    Bad(39, "e.xls", XML_2003, "2003", "e.xls"),
    Bad(39, "e.xls", b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n", "in one file", "e.xls"),
    Bad(39, "e.xlsx", workbook([HEADER])[:-200], "damaged", "e.xlsx"),
    Bad(40, "e.csv.gz", gzip.compress(GOOD)[:-20], "damaged or cut short", "e.csv.gz"),
    Bad(40, "e.csv.gz", gzip.compress(GOOD + b"\n" * (64 << 20)), "unpacks to more", "e.csv.gz"),
    Bad(40, "e.zip", zipped(a=GOOD, b=GOOD), "holds 2 files", "e.zip", "a, b"),
    Bad(40, "e.zip", zipped(**{"../e.csv": GOOD}), "leads out", "e.zip", "../e.csv"),
    Bad(40, "e.zip", zipped(**{"e.zip": zipped(a=GOOD)}), "inside a packed", "e.zip"),
    Bad(40, "e.zip", locked(GOOD), "a password", "e.zip", "e.csv"),
    Bad(42, "e.csv", GOOD, "a time cannot be read", "经办人, row 2", "…", MAPPING.replace("who:", "due:")),
    Bad(43, "=cmd|'!A0.csv", b"%PDF-1.4\n", "a PDF file", "=cmd"),
    Bad(44, "<script>\u202e{{7*7}}.csv", b"%PDF-1.4\n", "a PDF file", "<script>"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def small_caps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_SMALL", 1 << 20)


@pytest.mark.parametrize("bad", CASES, ids=lambda bad: f"{bad.number}-{bad.name[-8:]}-{bad.rule[:24]}")
def test_an_export_that_is_refused_is_refused_as_promised(
    bad: Bad, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    export = written(tmp_path / bad.name, bad.content)
    written(tmp_path / "m.yaml", bad.mapping)
    before = sorted(tmp_path.rglob("*"))
    told = {}
    for lang in ("zh", "en"):
        asked = ["observe", str(export), "--limits", str(LIMITS), "--mapping", "m.yaml", "--lang", lang]
        assert run(asked) == 2, capsys.readouterr()
        told[lang] = capsys.readouterr().err.partition("m.yaml")[2].partition("\n")[2]
    assert sorted(tmp_path.rglob("*")) == before
    for lang, cure in (("zh", "改法: "), ("en", "cure: ")):
        assert told[lang].count(cure) == 1, told[lang]
        assert "Traceback" not in told[lang]
        assert bad.place in told[lang].replace("\\u202e", "\u202e")
        assert bad.value in told[lang]
        assert not re.search("张三|李四", told[lang])
    assert bad.rule in told["en"]
    assert re.search("[\u4e00-\u9fff]{4}", told["zh"])
    ours = "\n".join(line for line in told["en"].splitlines() if not line.startswith("  value: "))
    assert not re.search("[\u4e00-\u9fff]{5}", ours)
