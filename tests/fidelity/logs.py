"""The public logs, and what their columns mean."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from calibration.histories import Histories, histories_of
from calibration.importing.event_log import import_log
from calibration.importing.mapping import LongColumns, Mapping, Means
from calibration.importing.reading import read

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


class Log(NamedTuple):
    """A log's file and columns, where its clocks stood, and the best published distances (data/FIDELITY.md)."""

    file: str
    case: str
    columns: LongColumns
    zone: str | None = None
    published: dict[str, float] | None = None


_PLAIN = LongColumns(step="activity", start="start_time", end="end_time")
LOGS = {
    "receipt": Log(
        "receipt.csv.gz",
        "case:concept:name",
        LongColumns(step="concept:name", end="time:timestamp"),
        "Europe/Amsterdam",
    ),
    "ACR": Log(
        "ACR.csv.gz",
        "case:concept:name",
        LongColumns(step="concept:name", start="start_timestamp", end="time:timestamp"),
        "America/Bogota",
        {"NGD": 0.239, "AED": 242, "CED": 2.60, "RED": 15.6, "CTD": 41.6},
    ),
    "BPIC_2012_W": Log(
        "BPIC_2012_W.csv.gz",
        "case_id",
        _PLAIN,
        None,
        {"NGD": 0.151, "AED": 72.0, "CED": 1.72, "RED": 54.9, "CTD": 89.1},
    ),
    "T_BPIC15_1": Log("T_BPIC15_1.csv.gz", "case_id", _PLAIN, "Europe/Amsterdam"),
    "LoanApp": Log(
        "LoanApp.csv.gz", "case_id", _PLAIN, None, {"NGD": 0.069, "AED": 2.97, "CED": 0.27, "RED": 1.66, "CTD": 2.71}
    ),
}


def histories(log: Log) -> Histories:
    """Every row of the file as it stands, activities by their own names."""
    mapping = Mapping(form="long", case=log.case, long=log.columns, zone=log.zone, repeats="all")
    table = read(DATA / log.file, mapping.file)
    named = {name for batch in table.batches() for name in batch.columns[log.columns.step].unique().to_pylist()}
    steps = {name: Means(step=f"a{i}") for i, name in enumerate(sorted(named))}
    return histories_of(
        import_log(read(DATA / log.file, mapping.file), mapping.model_copy(update={"steps": steps})).log
    )
