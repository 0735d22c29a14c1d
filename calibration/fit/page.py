"""``calibration.html``: each fit against its data, what was put in, and what stays as it was with the reason."""

from __future__ import annotations

from calibration.fit import pictures
from calibration.fit.figures import FittedFigure
from calibration.fit.fitted import ASSUMED, Fit
from sim.errors import Path
from sim.report.inline_svg import InlineSvg
from sim.report.typography import shown
from sim.text import Language, Text

_GROUPS = {
    "duration": Text("时长", "durations"), "routing": Text("走向", "routing"), "demand": Text("来量", "demand"),
    "staff": Text("人数", "staff"), "hours": Text("工作时间", "opening hours"),
}  # fmt: skip
_BY = Text("随{attribute}不同(p {p}):{shares}", "differs by {attribute} (p {p}): {shares}")


def page(fit: Fit, lang: Language) -> str:
    """The whole page as HTML, pictures inside."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader("calibration.fit"), PackageLoader("sim.report")]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    svg = InlineSvg()
    log = fit.matched.log
    still_open = int((log.to_end > 0).sum())
    return environment.get_template("calibration.html").render(
        t=lambda zh, en: zh if lang == "zh" else en,
        say=lambda text: shown(text.in_(lang), lang),
        fit=lambda text: shown(text, lang, longest=2000),
        lang=lang,
        its=fit,
        cases=len(log.cases),
        still_open=still_open,
        measured=pictures.MEASURED,
        groups=[(name, rows) for key, name in _GROUPS.items() if (rows := _rows(fit, key))],
        laws=[svg.element(pictures.law(each, _before(fit, each.where), lang)) for each in fit.laws],
        shares=svg.element(picture) if (picture := pictures.shares(fit, lang)) is not None else "",
        months=[
            svg.element(pictures.by_month(fit.model.sources[id_].name, each.fitted, each.accepted, lang))
            for id_, each in fit.arrivals.items()
        ],
        depends=[line.in_(lang) for line in _depends(fit)],
        assumed=ASSUMED,
    )


def _rows(fit: Fit, group: str) -> list[tuple[FittedFigure, str, str]]:
    """The figure, its value, its interval."""
    found = []
    for figure in fit.figures:
        if figure.group == group:
            unit = figure.unit
            between = f"{figure.low}{unit} – {figure.high}{unit}" if figure.low else ""
            found.append((figure, f"{figure.value}{unit}", between))
    return found


def _before(fit: Fit, where: Path) -> object:
    node: object = fit.model
    for part in where:
        node = getattr(node, part) if isinstance(part, str) and hasattr(node, part) else node[part]  # type: ignore[index]
    return node


def _depends(fit: Fit) -> list[Text]:
    found = []
    for each in fit.routing.shares:
        for its in each.depends:
            shares = ", ".join(f"{v} {100 * share:.0f}% (n {n})" for v, (n, share) in its.shares.items())
            words = _BY.format(attribute=its.attribute, p=f"{its.p:.2g}", shares=shares)
            found.append(Text(f"{each.id}:{words.zh}", f"{each.id} {words.en}"))
    return found
