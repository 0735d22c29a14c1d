"""Words of what is found while a file becomes rows: what it is; what was done about it."""

from __future__ import annotations

from calibration.importing.findings import Words
from sim.text import Text

_SKIPPED = Text("已跳过,不计入", "skipped")
_TOLD = Text("已照此读取;若不对,在映射的 file 中写明", "read so; if that is wrong, say so under `file` in the mapping")

READING_WORDS: Words = {
    "encoding": (Text("文字编码为 {encoding}", "the text is {encoding}"), _TOLD),
    "title-line": (Text("表头上方的标题行", "title lines above the header"), _SKIPPED),
    "second-header": (
        Text("表头有两行或更多", "a header of several rows"),
        Text("列名合并为“上/下”", "joined: upper/lower"),
    ),
    "repeated-header": (Text("表中重复出现的表头行", "the header again within the table"), _SKIPPED),
    "unnamed-column": (Text("没有列名的列", "columns without a name"), Text("按位置取名", "named by their place")),
    "duplicate-column": (Text("列名重复", "equal names of columns"), Text("后者加序号", "numbered")),
    "merged-cells": (Text("合并单元格", "merged cells"), Text("各格都取合并的值", "each cell has the value")),
    "cells-without-name": (Text("列名之外的单元格", "cells beyond the named columns"), _SKIPPED),
    "surplus-cells": (
        Text("行末缺少空单元格,或多出空单元格", "rows with empty cells too few or too many at their end"),
        Text("按空白处理", "taken as empty"),
    ),
    "ragged-row": (
        Text("单元格数与表头不符的行", "rows whose cells do not fit the header"),
        Text("该行剔除", "rejected"),
    ),
    "open-quote": (Text("引号没有闭合的行", "rows with a quote that is not closed"), Text("该行剔除", "rejected")),
    "zero-byte": (Text("含空字节的行", "rows with a zero byte"), Text("该行剔除", "rejected")),
    "blank-row": (Text("空行", "empty rows"), _SKIPPED),
    "total-row": (Text("合计、小计行", "rows of totals"), _SKIPPED),
    "remark-row": (Text("表下的说明行", "remarks under the table"), _SKIPPED),
    "text-mark": (
        Text('防止转成数字的记号(\' 或 ="…")', 'marks that keep a cell text (\' or ="…")'),
        Text("已去掉", "removed"),
    ),
    "lost-characters": (
        Text("有字已丢失(�)", "characters that are lost (\ufffd)"),
        Text("从原系统重新导出", "export it again from the system it comes from"),
    ),
    "hidden-sheet": (Text("隐藏的工作表", "hidden sheets"), Text("没有读取", "not read")),
    "chosen-sheet": (Text("有几张工作表,取其中一张", "one of several sheets was taken"), _TOLD),
    "full-sheet": (
        Text("工作表“{sheet}”已到行数上限,可能被截断", "sheet {sheet!r} is as long as can be, and may be cut"),
        Text("改导出为 CSV", "export it as CSV"),
    ),
    "nested-column": (Text("嵌套的列", "nested columns"), _SKIPPED),
    "other-format": (
        Text("内容与扩展名不符,实为 {format}", "not what its name says: {format}"),
        Text("按内容读取", "read as that"),
    ),
    "late-attribute": (Text("靠后才出现的属性", "attributes that first occur late in the file"), _SKIPPED),
    "event-without-case": (
        Text("不属于任何办件的事件", "events of no case"),
        Text("不能计入", "they cannot be counted"),
    ),
    "case-without-event": (Text("没有事件的办件", "cases without an event"), _SKIPPED),
}
