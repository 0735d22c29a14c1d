"""``python -m tests.fidelity``: the table, and ``results/fidelity/fidelity.json``."""

from __future__ import annotations

import argparse
import json
import resource
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from calibration.distances import MARKED
from calibration.validating.held_out import RUNS, SEED, Fidelity, fidelity
from sim.cli import language
from sim.text import Language, Text
from sim.whole_files import write_whole
from tests.fidelity.logs import DATA, LOGS, histories

OUT = Path(__file__).resolve().parents[2] / "results" / "fidelity" / "fidelity.json"
_TITLE = Text(
    "还原的流程有多真:前八成数据拟合,后两成对照(距离越小越好;* 不超过参照值)",
    "How faithful what is found is: fitted on four fifths, held against the rest (less is better; * within the mark)",
)
_COLUMNS = (
    Text("数据", "log"), Text("办法", "protocol"), *(Text(name, name) for name in MARKED), Text("达标", "within")
)  # fmt: skip
_LIKE, _MARK = Text("同口径(均值±标准差)", "like for like (mean ± sd)"), Text("参照值", "mark")
_PUBLISHED, _BEST = Text("已发表口径", "published protocol"), Text("已发表最佳值", "best published")
_ABSENT = Text("没有公开数据 {data}", "the public logs are not there: {data}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m tests.fidelity", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--logs", default=",".join(LOGS))
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--lang")
    asked, lang = parser.parse_args(arguments), language(arguments)
    if not DATA.is_dir():
        print(_ABSENT.format(data=DATA).in_(lang), file=sys.stderr)
        return 3
    found: dict[str, Fidelity] = {}
    for name in asked.logs.split(","):
        print(f"{name} ...", file=sys.stderr, flush=True)
        found[name] = fidelity(histories(LOGS[name]), asked.runs)
        write_whole(asked.out, (json.dumps(_document(found, asked.runs), indent=1) + "\n").encode())
    Console(width=None if sys.stdout.isatty() else 150).print(_table(found, lang))
    return 0


def _document(found: dict[str, Fidelity], runs: int) -> dict[str, Any]:
    logs = {name: asdict(one) | {"mark": one.mark, "within_mark": one.within_mark} for name, one in found.items()}
    below = {
        name: sum(one.published[key] < best for key, best in LOGS[name].published.items())  # type: ignore[union-attr]
        for name, one in found.items()
        if one.published is not None and LOGS[name].published is not None
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"runs": runs, "seed": SEED, "logs": logs, "below_best_published": below, "peak_memory_mb": peak}


def _table(found: dict[str, Fidelity], lang: Language) -> Table:
    table = Table(*(column.in_(lang) for column in _COLUMNS), title=_TITLE.in_(lang))
    for name, one in found.items():
        near = [f"{one.distances[k]:.3g}±{one.sd[k]:.2g}{'*' * (one.distances[k] <= one.mark[k])}" for k in MARKED]
        table.add_row(name, _LIKE.in_(lang), *near, f"{one.within_mark}/5")
        table.add_row("", _MARK.in_(lang), *(f"{one.mark[k]:.3g}" for k in MARKED), "")
        best = LOGS[name].published
        if one.published is not None:
            beaten = [bool(best) and one.published[k] < best[k] for k in MARKED]
            cells = [f"{one.published[k]:.3g}{'*' * better}" for k, better in zip(MARKED, beaten, strict=True)]
            table.add_row("", _PUBLISHED.in_(lang), *cells, f"{sum(beaten)}/5" if best else "")
        if best:
            table.add_row("", _BEST.in_(lang), *(f"{best[k]:.3g}" for k in MARKED), "")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
