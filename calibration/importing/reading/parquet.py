"""Parquet: every column as the text that a CSV would have, times with their zone."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np

from calibration.importing.findings import Example, Findings
from calibration.importing.raw import RawBatch, RawTable, Source
from calibration.importing.reading.opening import Content, problem
from calibration.importing.reading.sweeping import swept
from calibration.importing.reading.tables import Part, table_of
from sim.errors import InputError
from sim.text import Text

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import parquet

_ROWS = 1 << 17


def read_parquet(content: Content) -> RawTable:
    """The columns that are no lists or structures; these are told. A row's number counts from 1.

    Errors: InputError for a damaged file, or one without a column of plain values.
    """
    import pyarrow as pa

    findings = Findings()
    try:
        file = _file(content)
        schema = file.schema_arrow
    except (pa.ArrowException, OSError) as error:
        raise _damaged(content, error) from error
    nested = [field.name for field in schema if pa.types.is_nested(field.type)]
    names = [field.name for field in schema if field.name not in nested]
    findings.add("nested-column", "dropped", len(nested), [Example(0, name) for name in nested])
    if len(set(names)) < len(names) or not names:
        raise problem(
            Text("没有可读的列,或有同名的列", "there is no column of plain values, or two have one name"),
            Text("重新导出,每列一个名称", "export it again with one name a column"),
            content.path,
            value=", ".join(schema.names),
        )
    kinds = {name: _kind(schema.field(name).type) for name in names}
    typed = {name: kind for name, kind in kinds.items() if kind is not None}

    def parts() -> Iterator[Part]:
        row = 1
        try:
            for batch in _file(content).iter_batches(_ROWS, columns=names):
                columns = {name: _as_text(batch.column(name)) for name in names}
                numbers = np.arange(row, row + batch.num_rows, dtype=np.int64)
                found = Findings()
                yield Part(swept(RawBatch(columns, numbers), found), found)
                row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(content, error) from error

    return table_of(Source(content.name, "parquet", header_rows=()), tuple(names), typed, findings, parts)


def _file(content: Content) -> parquet.ParquetFile:
    from pyarrow import parquet

    return parquet.ParquetFile(io.BytesIO(content.whole()) if content.packing else content.path)


def _kind(type: pa.DataType) -> Literal["number", "date"] | None:
    from pyarrow import types

    if types.is_dictionary(type):
        type = type.value_type
    if types.is_integer(type) or types.is_floating(type) or types.is_decimal(type):
        return "number"
    return "date" if types.is_date(type) or types.is_timestamp(type) else None


def _as_text(column: pa.Array) -> pa.Array:
    """Dates ``2021-06-04 00:00:00``, times to the microsecond with their offset, numbers as short as can be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("s"))
    elif pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us" if kind.unit == "ns" else kind.unit, kind.tz), safe=False)
        text = pc.strftime(column, "%Y-%m-%d %H:%M:%S" + "%z" * bool(kind.tz))
        text = pc.replace_substring_regex(text, r"\.0+($|[+-])", r"\1")
        return pc.replace_substring_regex(text, r"([+-]\d\d)(\d\d)$", r"\1:\2") if kind.tz else text
    elif pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), 1e15))
        numbers = pc.if_else(whole, column, 0.0).cast(pa.int64()).cast(pa.string())
        return pc.if_else(pc.is_nan(column), None, pc.if_else(whole, numbers, column.cast(pa.string())))
    elif pa.types.is_boolean(kind):
        return pc.if_else(column, "TRUE", "FALSE")
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        column = column.cast(pa.large_binary())
    text = column.cast(pa.string())
    return pc.if_else(pc.equal(text, ""), None, text)


def _damaged(content: Content, error: Exception) -> InputError:
    return problem(
        Text("Parquet 文件已损坏或不完整", "the Parquet file is damaged or cut short"),
        Text("重新导出或重新传送", "export or transfer it again"),
        content.path,
        value=str(error),
    )
