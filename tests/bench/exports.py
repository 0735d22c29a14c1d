"""An export of a large utility, made up: ``python -m tests.bench.exports make FILE ROWS`` and ``... read FILE``;
``... gb18030 FILE`` writes it anew in that encoding.

One row an event with begin and end, five steps a case, six columns, in UTF-8; times of the minute over two years, the
cases in the order of their acceptance, as a system writes them.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

STEPS = ("受理", "现场勘查", "方案答复", "竣工检验", "装表接电")
_SITES = ("昆都仑区", "青山区", "东河区", "九原区")
_AT_ONCE = 1_000_000


def make(path: Path, rows: int) -> None:
    """Write it, a million rows at a time."""
    import pyarrow as pa
    from pyarrow import csv

    header = ["业务编号", "环节名称", "开始时间", "结束时间", "区域", "经办人"]
    with path.open("wb") as file:
        for first in range(0, rows, _AT_ONCE):
            n = min(_AT_ONCE, rows - first)
            event = np.arange(first, first + n)
            case, step = event // len(STEPS), event % len(STEPS)
            begun = np.datetime64("2021-01-04T09:00:00") + (case * (2 * 365 * 24 * 60) // (rows // len(STEPS) + 1)) * 60
            start = begun + step * 86_400 + (case * 7 + step * 11) % 400 * 60
            end = start + (30 + (case * 13 + step * 17) % 300) * 60
            words = [
                np.char.add("BT", np.char.zfill(case.astype(str), 12)),
                np.array(STEPS)[step],
                np.char.replace(start.astype("datetime64[s]").astype(str), "T", " "),
                np.char.replace(end.astype("datetime64[s]").astype(str), "T", " "),
                np.array(_SITES)[case % len(_SITES)],
                np.char.add("员工", (case % 97).astype(str)),
            ]
            table = pa.table({name: pa.array(column) for name, column in zip(header, words, strict=True)})
            csv.write_csv(table, file, csv.WriteOptions(include_header=first == 0, quoting_style="none"))


def in_gb18030(path: Path) -> None:
    """The same file in the encoding that most Chinese systems write."""
    other = path.with_suffix(".new")
    with path.open(encoding="utf-8", newline="") as given, other.open("w", encoding="gb18030", newline="") as written:
        while piece := given.read(1 << 24):
            written.write(piece)
    other.replace(path)


def read_in(path: Path) -> dict[str, float]:
    """The seconds of the wall's clock that reading and importing take, and the process's peak memory in MiB."""
    from calibration.commands.memory import keep_freed_memory
    from calibration.importing.event_log import import_log
    from calibration.importing.mapping import LongColumns, Mapping, Means
    from calibration.importing.reading import read

    mapping = Mapping(
        form="long",
        case="业务编号",
        long=LongColumns(step="环节名称", start="开始时间", end="结束时间"),
        steps={name: Means(step=f"step-{i}", stage="works", owner="utility") for i, name in enumerate(STEPS)},
        district="区域",
        who="经办人",
    )
    keep_freed_memory()
    begin, spent = time.perf_counter(), time.process_time()
    found = import_log(read(path), mapping)
    wall_s, cpu_s = time.perf_counter() - begin, time.process_time() - spent
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return {
        "rows": found.rows_read,
        "cases": len(found.log.cases),
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "peak_mb": peak / 1024,
    }


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "gb18030":
        in_gb18030(Path(sys.argv[2]))
    else:
        print(json.dumps(read_in(Path(sys.argv[2]))))
