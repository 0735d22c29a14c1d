"""Case ids that a spreadsheet has spoilt: in exponent form, cut after 15 digits, without their leading zeros."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.importing.columns import FEW
from calibration.importing.findings import Example, Findings
from sim.errors import InputError
from sim.eventlog import Ints
from sim.text import Text

_EXPONENT = r"^[+-]?\d(\.\d+)?[eE]\+\d{2,3}$"


def check_ids(ids: Sequence[str], codes: NDArray[np.int32], row: Ints, column: str, findings: Findings) -> None:
    """Ids that a spreadsheet has spoilt: in exponent form, cut after 15 digits, without their leading zeros."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pa.array(ids, pa.string())
    spoilt = np.flatnonzero(pc.match_substring_regex(texts, _EXPONENT).to_numpy(zero_copy_only=False))
    if spoilt.size:
        first = int(np.flatnonzero(codes == spoilt[0])[0])
        raise InputError(
            Text(
                "办件编号被表格软件改成了科学计数,原来的数字已经丢失",
                "a spreadsheet turned case ids into exponents: their digits are lost",
            ),
            Text("从系统重新导出,编号列设为文本", "export again, with that column as text"),
            where=f"{column}, row {int(row[first])}",
            value=ids[int(spoilt[0])],
        )
    digits = texts.filter(pc.match_substring_regex(texts, r"^[0-9]+$"))
    if len(digits) < max(FEW, len(ids) // 2):
        return
    length = pc.binary_length(digits).to_numpy()
    if length.min() > 15 and not pc.any(pc.match_substring_regex(digits, "^.{15}0*[1-9]")).as_py():
        findings.add("digits-lost", "warned", len(digits), [Example(0, column, digits[0].as_py())])
    usual = int(np.bincount(length).argmax())
    short = (length < usual) & (length > usual - 4)
    if usual >= 8 and short.any() and short.mean() < 0.2 and not (length > usual).any():
        shown = [Example(0, column, digits[int(i)].as_py()) for i in np.flatnonzero(short)[:5]]
        findings.add("leading-zeros", "warned", int(short.sum()), shown)
