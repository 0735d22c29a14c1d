"""Which format a file has, found by its content, and what reads it."""

from __future__ import annotations

from pathlib import Path

from calibration.importing.mapping import FileForm
from calibration.importing.raw import RawTable
from calibration.importing.reading.opening import MOST_UNPACKED, opened
from calibration.importing.reading.text import read_text


def read(path: Path | str, form: FileForm | None = None, *, most_unpacked: int = MOST_UNPACKED) -> RawTable:
    """An export as rows of text, streamed: CSV in any usual encoding, xlsx, xls, HTML, Parquet, XES; .gz and .zip too.

    What ``form`` leaves open is found in the file; what was found and how it was read is in the table's ``findings``.

    Errors: InputError for a file that is no table, is damaged, or says too little to be read without guessing.
    """
    content = opened(Path(path), most_unpacked)
    return read_text(content, form or FileForm())
