"""Laws of duration (rule 3) as scenario files write them.

A law is written as one of these forms; every form but the bare quantity may carry ``at_most`` (draws are clipped)
and its evidence::

    2 h                                                  always the same
    {fixed: 2 h}
    {uniform: [1 h, 3 h]}
    {fastest: 1 d, usual: 2 d, slowest: 6 d}             PERT; shape: triangular
    {mean: 2 h, cv: 0.5}  {mean: 2 h, sd: 1 h}           law: lognormal, gamma or weibull
    {mean: 2 h, law: exponential}
    {p10: 1 d, p50: 2 d, p90: 5 d}                       exact at the three points
    {values: [1 h, 2 h, 2 h, 5 h]}                       one of them, each as likely
    {quantiles: {0%: 1 h, 50%: 2 h, 100%: 8 h}}          straight between the points
    {mixture: [{share: 80%, of: 2 h}, {share: 20%, of: {mean: 3 d, cv: 1}}]}
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import Field, PlainValidator, SerializeAsAny, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from sim.model import compiled_laws
from sim.model.compiled_laws import CompiledLaw
from sim.model.law_forms import (
    Fixed,
    LawForm,
    MeanSpread,
    Percentiles,
    Quantiles,
    ThreePoint,
    ToUs,
    Uniform,
    Values,
)
from sim.model.part import Part, Share, refuse
from sim.model.quantities import Duration, parse
from sim.names import nearest
from sim.text import Text

_SHARES_SUM = 1e-9  # BAD_INPUT 1
_SIMPLE: tuple[type[LawForm], ...] = (Fixed, Uniform, ThreePoint, MeanSpread, Percentiles, Values, Quantiles)


def _read(value: Any, forms: tuple[type[LawForm], ...]) -> LawForm:
    """Choose the form by its keys and let it check itself, so that every error stands at its own place."""
    if isinstance(value, forms):
        return value
    if not isinstance(value, dict):
        return Fixed(fixed=parse(value))
    written = {key for key in value if isinstance(key, str)}
    found = [form for form in forms if form.keys & written]
    if len(found) == 1:
        _refuse_unknown_keys(value, found[0].model_fields)
        return found[0].model_validate(value)
    known = [key for form in forms for key in sorted(form.keys)]
    if len(found) > 1:
        raise refuse(
            Text("混用了两种写法: {a} 与 {b}", "two forms of law are mixed: {a} and {b}").format(
                a=min(found[0].keys & written), b=min(found[1].keys & written)
            ),
            Text("只用其中一种", "use one of them"),
        )
    _refuse_unknown_keys(value, [*known, *LawForm.model_fields, "cv", "sd", "law", "shape"])
    raise refuse(
        Text("时长分布缺少数值", "a law of duration without its numbers"),
        Text("写一个时长, 或用 {keys} 之一", "write a duration, or one of {keys}").format(keys=", ".join(known)),
    )


def _refuse_unknown_keys(value: dict[Any, Any], known: Iterable[str]) -> None:
    """BAD_INPUT 15: an unknown key is refused with the nearest known one."""
    known = list(known)
    errors: list[InitErrorDetails] = []
    for key in value:
        if key in known:
            continue
        error = refuse(Text("时长分布没有这个键", "a law of duration has no such key"), nearest(str(key), known))
        errors.append(InitErrorDetails(type=error, loc=(str(key),), input=value[key]))
    if errors:
        raise ValidationError.from_exception_data("Law", errors)


def _simple(value: Any) -> LawForm:
    if isinstance(value, Mixture) or (isinstance(value, dict) and "mixture" in value):
        raise refuse(
            Text("混合分布之内不再混合", "a mixture does not contain a mixture"),
            Text("把各部分列在同一个 mixture 下", "list all parts under one mixture"),
        )
    return _read(value, _SIMPLE)


_SimpleForm = Duration | Fixed | Uniform | ThreePoint | MeanSpread | Percentiles | Values | Quantiles


class MixturePart(Part):
    """One law of a mixture and its share of the cases."""

    share: Share
    of: Annotated[LawForm, PlainValidator(_simple, json_schema_input_type=_SimpleForm), SerializeAsAny()]


class Mixture(LawForm):
    """Each case follows one of several laws, by shares that sum to 100%; the parts carry the ranges."""

    keys = frozenset({"mixture"})
    mixture: tuple[MixturePart, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _shares_sum_to_one(self) -> Mixture:
        total = sum(part.share for part in self.mixture)
        if abs(total - 1) > _SHARES_SUM:
            raise refuse(
                Text(
                    "混合分布的比例之和须为 100%, 现为 {n:.6g}%", "the shares of a mixture sum to 100%, not {n:.6g}%"
                ).format(n=100 * total),
                Text("改正 share", "correct the shares"),
            )
        if self.range is not None:
            raise refuse(
                Text("混合分布没有单一的主要数值, 不能带范围", "a mixture has no single number to give a range for"),
                Text("把范围写在各部分的 of 里", "write the ranges inside `of` of its parts"),
            )
        return self

    def _compiled(self, us: ToUs) -> CompiledLaw:
        return compiled_laws.mixture([(part.share, part.of.compile_with(us)) for part in self.mixture])

    def _words(self) -> Text:
        parts = [(f"{100 * part.share:g}%", part.of.describe()) for part in self.mixture]
        return Text(";".join(f"{p}: {w.zh}" for p, w in parts), "; ".join(f"{p}: {w.en}" for p, w in parts))


def _law(value: Any) -> LawForm:
    return _read(value, (*_SIMPLE, Mixture))


Law = Annotated[LawForm, PlainValidator(_law, json_schema_input_type=_SimpleForm | Mixture), SerializeAsAny()]
"""A law of duration in any of its forms; ``2 h`` stands for ``{fixed: 2 h}``."""
