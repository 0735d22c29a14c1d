"""Rows that are on the page and no data: empty ones, totals, remarks under the table, a header printed again; and marks
that make a spreadsheet take a number for text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from calibration.importing.cells import text_buffers
from calibration.importing.findings import Example, Findings
from calibration.importing.raw import RawBatch

if TYPE_CHECKING:
    import pyarrow as pa

_TOTAL = re.compile(r"(本页|本月|本年|本季|全市|全区|年度|月度)?(合计|小计|总计|共计|累计)(件?数)?([:(\d].*)?")
_GROUP_TOTAL = re.compile(r".{1,20}(合计|小计|总计|累计)(件?数)?([:(].*)?")
"""昆都仑区小计, 3月合计: a total only where most of the row is empty, since a customer may be called so."""
_REMARK = re.compile(
    r"[*※(]?(备注|注|附注|说明|填表人|填报人|填报单位|填表单位|填表日期|填报日期|制表人|制表单位|制表日期|制表时间|制表|审核人|审核|复核人|"
    r"复核|负责人|单位负责人|联系人|联系电话|打印人|打印时间|打印日期|导出时间|导出人|统计人|统计时间|统计日期|数据来源|第\d+页)\d*[:,、].*"
)
_SPACES = re.compile(r"\s+")
_TEXT = re.compile("[㐀-鿿]")
_PAGE = re.compile(r"第\d+页(,?共\d+页)?")


def kind_of_row(cells: list[str]) -> str:
    """``blank-row``, ``total-row``, ``remark-row`` or, where it may be a case, nothing."""
    texts = [_SPACES.sub("", unicodedata.normalize("NFKC", cell)) for cell in cells]
    texts = [text for text in texts if text]
    if not texts:
        return "blank-row"
    if _TOTAL.fullmatch(texts[0]):
        return "total-row"
    if len(texts) * 2 <= len(cells) and _GROUP_TOTAL.fullmatch(texts[0]):
        return "total-row"
    if len(texts) * 2 <= len(cells) and (_REMARK.fullmatch(texts[0]) or _PAGE.fullmatch(texts[0])):
        return "remark-row"
    if len(texts) == 1 and len(cells) > 3 and _TEXT.search(texts[0]) and not re.search(r"\d{5}", texts[0]):
        return "remark-row"
    return ""


def swept(batch: RawBatch, findings: Findings, marks: bool = True) -> RawBatch:
    """The batch without the rows that are no data, and its cells without the marks, if there are any; counted."""
    names, columns = list(batch.columns), batch.columns
    if marks:
        columns = {name: _unmarked(name, column, batch.row, findings) for name, column in columns.items()}
    suspects = np.flatnonzero(_suspect(list(columns.values()), names))
    keep = np.ones(batch.row.size, bool)
    for index in suspects:
        cells = [column[int(index)].as_py() or "" for column in columns.values()]
        kind = "repeated-header" if _is_header(cells, names) else kind_of_row(cells)
        if kind:
            keep[index] = False
            shown = " | ".join(cell for cell in cells if cell)
            findings.add(kind, "dropped", 1, [Example(int(batch.row[index]), "", shown)])
    if keep.all():
        return replace(batch, columns=columns)
    import pyarrow as pa

    mask = pa.array(keep)
    return replace(batch, columns={n: c.filter(mask) for n, c in columns.items()}, row=batch.row[keep])


def _suspect(columns: list[pa.Array], names: list[str]) -> NDArray[np.bool_]:
    """Rows worth a closer look: their first cell that is not empty begins like a total or a remark or is the name of
    its column, or there is no cell beside it."""
    import pyarrow.compute as pc

    first = columns[0]
    found = pc.fill_null(pc.equal(first, names[0]), False)
    if text_buffers(first)[1].max(initial=0) > ord("~"):  # ids are plain, and what marks a total is not
        found = pc.or_(found, pc.fill_null(pc.match_substring_regex(first, _BEGINS), False))
        if pc.any(pc.match_substring(first, "计")).as_py():
            found = pc.or_(found, pc.fill_null(pc.match_substring_regex(first, r"[合小总累]\s*计"), False))
    suspect = _bits(found)
    lonely = np.ones(len(first), bool)
    for column in columns[1:]:
        if not lonely.any():
            break
        lonely &= _bits(pc.is_null(column)) if column.null_count else False
    suspect |= lonely
    empty = _bits(pc.is_null(first)) if first.null_count else np.zeros(len(first), bool)
    for column in columns[1:4]:
        if not empty.any():
            break
        begins = pc.fill_null(pc.match_substring_regex(column, _BEGINS), False)
        suspect |= empty & _bits(begins)
        empty &= _bits(pc.is_null(column)) if column.null_count else False
    return suspect | empty


_BEGINS = (
    r"^\s*[*※(（]?\s*((本页|本月|本年|本季|全市|全区|年度|月度)?\s*[合小总共累]\s*计|备\s*注|注|附注|说明|填|制\s*表|审\s*核|复\s*核|负责人|单位负责人|联系|打印|导出|"
    r"统计|数据来源|第\s*\d+\s*页)"
)


def _is_header(cells: list[str], names: list[str]) -> bool:
    same = sum(
        1 for cell, name in zip(cells, names, strict=True) if cell and (cell == name or name.startswith(f"{cell} ("))
    )
    return same >= 2 and same * 2 >= sum(1 for cell in cells if cell)


def _unmarked(name: str, column: pa.Array, rows: NDArray[np.int64], findings: Findings) -> pa.Array:
    """Without the tabs at its ends and the apostrophe before its digits, with which exports mark a number as text."""
    import pyarrow.compute as pc

    if column.null_count == len(column):
        return column
    tabs = pc.or_(pc.starts_with(column, "\t"), pc.ends_with(column, "\t"))
    marked = pc.fill_null(pc.or_(tabs, pc.starts_with(column, "'")), False)
    if pc.any(marked).as_py():
        marked = pc.fill_null(pc.match_substring_regex(column, r"^(\t|'\d)|\t$"), False)
    count = int(pc.sum(marked).as_py() or 0)
    if not count:
        return column
    where = np.flatnonzero(_bits(marked))
    examples = [Example(int(rows[i]), name, column[int(i)].as_py()) for i in where[:5]]
    findings.add("text-mark", "repaired", count, examples)
    bare = pc.replace_substring_regex(pc.utf8_trim(column, "\t"), r"^'(\d)", r"\1")
    return pc.if_else(pc.equal(bare, ""), None, bare)


def _bits(values: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(values.to_numpy(zero_copy_only=False), bool)
