"""``shixian verify``: known answers of theory through scenario folders, exact beside simulated."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from sim.commands import options
from sim.commands.output import JsonTarget, tell, write_json
from sim.errors import InputError
from sim.names import find
from sim.text import Language, Text

if TYPE_CHECKING:
    from sim.verification.expected import NotExpressible
    from sim.verification.verify import Verified

_HELP = Text(
    "用已知答案检验引擎:排队论等有精确解的情形,逐例列出精确值、模拟值、标准误、结论和出处;有一例未通过则以 1 退出。",
    "Try the engine on known answers of queueing theory: exact, simulated, standard error, verdict and source of each; "
    "exit with 1 when one fails.",
)
_CASE = Text("只检验这一例,可重复,如 Q01", "this case only, may be repeated, such as Q01")
_FOLDER = Path("scenarios", "verification")


def command(say: options.Say) -> click.Command:
    @click.command("verify", help=say(_HELP))
    @click.argument(
        "folder", metavar=say(options.FOLDER), required=False, type=click.Path(path_type=Path, readable=False)
    )
    @click.option("--case", "ids", multiple=True, metavar="ID", help=say(_CASE))
    @options.workers(say)
    @options.together(options.seed(say), options.json_file(say), options.language(say))
    @click.pass_context
    def verify(
        context: click.RichContext,
        folder: Path | None,
        ids: tuple[str, ...],
        workers: int | None,
        seed: int | None,
        json_file: JsonTarget | None,
        lang: Language,
    ) -> None:
        from sim.commands.study import Progress
        from sim.engine.engines import ready
        from sim.verification.expected import known_cases
        from sim.verification.verify import verify as verified
        from sim.verification.words import table

        cases, others = known_cases(folder or _shipped())
        if ids:
            known = {case.id: case for case in cases}
            cases, others = [find(known, id_, Text("已知答案", "known answer")) for id_ in dict.fromkeys(ids)], []
        engine = ready("kernel", tell(lang))
        with Progress(lang) as progress:
            found = verified(
                cases, seed=seed, workers=workers or os.cpu_count() or 1, engine=engine, progress=progress.show
            )
        click.echo(table(found, others, lang))
        write_json(json_file, _content(found, others))
        context.exit(0 if all(one.passed for one in found) else 1)

    return verify


def _shipped() -> Path:
    """The folder that the project brings along: here, or beside the program."""
    beside = Path(__file__).resolve().parents[2] / _FOLDER
    for place in (_FOLDER, beside):
        if place.is_dir():
            return place
    raise InputError(
        Text("没有找到随附的已知答案", "the known answers that come with the program are not here"),
        Text("写出其目录,例如 shixian verify scenarios/verification", "name their folder: scenarios/verification"),
        where=str(_FOLDER),
    )


def _content(found: list[Verified], others: list[NotExpressible]) -> dict[str, Any]:
    """The JSON document: one entry a case, ``verdict`` is pass, fail or not-expressible."""
    from sim.verification.verify import STANDARD_ERRORS
    from sim.verification.words import asked

    cases: list[dict[str, Any]] = []
    for one in found:
        answers = [
            {
                "what": asked(finding.answer)._asdict(),
                "exact": finding.exact,
                "simulated": _number(finding.simulated),
                "standard_error": _number(finding.standard_error),
                "z": _number(finding.distance),
                "unfinished": finding.unfinished,
                "precision": finding.answer.precision,
                "precise": finding.precise,
                "verdict": "pass" if finding.passed else "fail",
                "formula": finding.answer.formula,
                "source": finding.answer.source or one.case.expected.source,
            }
            for finding in one.findings
        ]
        cases.append(
            {
                "id": one.case.id,
                "verdict": "pass" if one.passed else "fail",
                "name": one.name._asdict(),
                "folder": one.case.folder.as_posix(),
                "scenario_hash": one.hash,
                "replications": one.replications,
                "source": one.case.expected.source,
                "answers": answers,
            }
        )
    for other in others:
        cases.append(
            {
                "id": other.id,
                "verdict": "not-expressible",
                "name": other.name._asdict(),
                "reason": other.reason._asdict(),
                "source": other.source,
            }
        )
    return {"standard_errors": STANDARD_ERRORS, "cases": sorted(cases, key=lambda case: str(case["id"]))}


def _number(value: float) -> float | None:
    """JSON knows no infinity (nothing varies, and yet it is another number) and no NaN (nothing was measured)."""
    return value if math.isfinite(value) else None
