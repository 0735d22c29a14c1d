"""The budget of a limit as a table, and what it means in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple

from sim.analysis.budget import Allowance, Budget
from sim.report import numbers
from sim.report.table import plain
from sim.text import Language, Text

_HEADINGS = (
    Text("环节、步骤", "stage, step"),
    Text("承办", "by"),
    Text("现平均", "mean now"),
    Text("现{share}件不超过", "{share} keep now"),
    Text("限额", "allowance"),
    Text("现守限额", "keep it now"),
)
_OFFICES = Text("按承办单位合计限额:", "allowances by office: ")
_RESERVED = Text("预留", "reserved")


class Row(NamedTuple):
    """A step's allowance with its names."""

    stage: str
    step: str
    office: str
    allowance: Allowance


def budget_table(found: Budget, rows: Sequence[Row], lang: Language) -> str:
    """Steps in the order of the process, by stage; allowances are cut to the last digit printed, never rounded up."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    share = numbers.share(found.share)
    for i, heading in enumerate(_HEADINGS):
        side: Literal["left", "right"] = "right" if i > 1 else "left"
        table.add_column(heading.in_(lang).format(share=share), justify=side, overflow="fold", no_wrap=i > 1)
    for stage, grouped in groupby(rows, lambda row: row.stage):
        its = list(grouped)
        table.add_row(stage, "", "", "", f"{sum(cut(row.allowance.allowed) for row in its):.2f}", "")
        for row in its:
            a = row.allowance
            allowed = f"{cut(a.allowed):.2f}" if a.compressible else f"{_RESERVED.in_(lang)} {cut(a.allowed):.2f}"
            cells = (f"{a.mean:.2f}", f"{a.quantile:.2f}", allowed, numbers.share(a.kept))
            table.add_row(f"  {row.step}", row.office, *cells)
    return f"{plain(table)}\n\n{_by_office(rows, lang)}"


def _by_office(rows: Sequence[Row], lang: Language) -> str:
    offices: dict[str, float] = {}
    for row in rows:
        if not row.allowance.compressible:
            continue
        offices[row.office] = offices.get(row.office, 0.0) + cut(row.allowance.allowed)
    listed = Text("、", "; ").in_(lang).join(f"{office} {days:.2f}" for office, days in offices.items())
    return f"{_OFFICES.in_(lang)}{listed}"


def cut(days: float) -> float:
    """To hundredths of a day, downward, so that what is printed still sums to the limit at most."""
    return int(days * 100 + 1e-9) / 100


def sentences(found: Budget, unit: Text, lang: Language) -> list[str]:
    """What the reader must know to use the table."""
    share, alone = numbers.share(found.share), numbers.share(found.alone)
    n = len(found.allowances)
    factor = f"{100 * found.factor:.0f}%"
    said = [
        Text(
            f"{found.cases:,}件中,{numbers.share(found.within)}在{numbers.number(found.limit)}{unit.zh}内办结。",
            f"Of {found.cases:,} cases {numbers.share(found.within)} keep {numbers.number(found.limit)} {unit.en}.",
        )
    ]
    if not all(a.compressible for a in found.allowances):
        said.append(
            Text(
                "不可压缩的步骤(表中注“预留”)按现状预留,不作为任何单位的限额。",
                "What cannot be compressed is reserved as it is, and is nobody's allowance.",
            )
        )
    if found.factor == 0:
        said.append(
            Text(
                f"仅不可压缩的用时就使{share}的件无法守住时限:承办单位再快也不够。",
                f"What cannot be compressed alone keeps {share} of the cases from the limit, however fast the offices.",
            )
        )
    elif found.factor < 1:
        said.append(
            Text(
                f"要使{share}的件办结于时限内,各可压缩步骤计入时间须同比压缩到目前的{factor}。",
                f"For {share} to keep it, compressible counted times must shrink to {factor} of what they are.",
            )
        )
    else:
        said.append(
            Text(f"目前已有{share}以上的件守住时限,限额中有余量。", f"More than {share} keep it now; there is slack.")
        )
    said += [
        Text(
            "每个步骤都不超过限额,则任何一件都不会超时:沿任何一条办理路径,限额之和不超过时限。",
            "Where every step keeps its allowance no case is late: along every way they sum to the limit at most.",
        ),
        Text(
            f"各步骤分别做到{share}不等于全程{share}:{n}个步骤同时做到的只有{alone}的件,"
            f"而这些{share}用时相加为{found.sum_of_quantiles:.1f}{unit.zh}。",
            f"Steps kept at {share} each do not make {share} together: only {alone} of the cases keep all {n}, "
            f"and these figures sum to {found.sum_of_quantiles:.1f} {unit.en}.",
        ),
    ]
    return [text.in_(lang) for text in said]
