"""Laws of duration (rule 3): known answers, scipy as an independent route, and the promises of ``quantile``."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from sim.model import compiled_laws as laws
from sim.model.compiled_laws import CompiledLaw
from sim.model.law_kinds import LONGEST_US
from sim.model.laws import Law, LawForm
from sim.model.quantiles import probit, quantile
from sim.text import Text

HOUR, DAY = 3_600_000_000, 86_400_000_000
STATED = 1e-6
"""Rule 3: the relative error of a quantile from a table."""

TAILS = 2.0 ** -np.arange(1, 33)
SHARES = np.unique(np.concatenate([TAILS, 1 - TAILS, np.linspace(0.001, 0.999, 250)]))


def law(written: Any) -> LawForm:
    return TypeAdapter(Law).validate_python(written)


def compiled(written: Any) -> CompiledLaw:
    return law(written).compile()


def refusal(written: Any) -> tuple[str, str]:
    with pytest.raises(ValidationError) as refused:
        law(written)
    (error, *_) = refused.value.errors()
    return "/".join(map(str, error["loc"])), error["msg"]


def exact(distribution: Any, shares: np.ndarray) -> np.ndarray:
    """scipy's quantiles, from the side on which the share is exact."""
    return np.where(shares < 0.5, distribution.ppf(shares), distribution.isf(1 - shares))


@pytest.fixture(scope="module")
def known(shared: Path) -> dict[str, list[float]]:
    answers = json.loads((shared / "verify" / "known_answers.json").read_text(encoding="utf-8"))
    return {answer["id"]: answer["exact"] for answer in answers}


def test_a_lognormal_by_mean_and_sd_is_that_of_the_book(known: dict[str, list[float]]) -> None:
    mu, sigma, q95, below_20 = known["P05"]
    one = compiled({"mean": "10 h", "sd": "5 h"})
    assert one.table[0] - math.log(HOUR) == pytest.approx(mu, rel=1e-11)
    assert one.table[1] == pytest.approx(sigma, rel=1e-11)
    assert one.quantile(0.95) / HOUR == pytest.approx(q95, rel=1e-11)
    assert one.cdf(20 * HOUR) == pytest.approx(below_20, rel=1e-11)


def test_pert_is_that_of_the_book(known: dict[str, list[float]]) -> None:
    mean, sd, below_10, q95 = known["P06"]
    one = compiled({"fastest": "2 d", "usual": "5 d", "slowest": "14 d"})
    assert (one.mean / DAY, one.sd / DAY) == pytest.approx((mean, sd), rel=1e-10)
    assert one.cdf(10 * DAY) == pytest.approx(below_10, abs=STATED)
    assert one.quantile(0.95) / DAY == pytest.approx(q95, rel=STATED)


def test_triangular_is_that_of_the_book(known: dict[str, list[float]]) -> None:
    mean, sd, median, q95 = known["P07"]
    one = compiled({"fastest": "2 d", "usual": "5 d", "slowest": "14 d", "shape": "triangular"})
    found = (one.mean / DAY, one.sd / DAY, one.quantile(0.5) / DAY, one.quantile(0.95) / DAY)
    assert found == pytest.approx((mean, sd, median, q95), rel=1e-11)


CLOSED = [
    ({"uniform": ["1 h", "3 h"]}, stats.uniform(1, 2)),
    ({"mean": "2 h", "law": "exponential"}, stats.expon(scale=2)),
    ({"mean": "2 h", "cv": 0.5}, stats.lognorm(math.sqrt(math.log(1.25)), scale=2 / math.sqrt(1.25))),
    ({"fastest": "2 h", "usual": "2 h", "slowest": "9 h", "shape": "triangular"}, stats.triang(0, 2, 7)),
    ({"fastest": "2 h", "usual": "9 h", "slowest": "9 h", "shape": "triangular"}, stats.triang(1, 2, 7)),
]
TABLES = [
    *(({"mean": "2 h", "cv": cv, "law": "gamma"}, stats.gamma(cv**-2, scale=2 * cv**2)) for cv in (0.05, 0.5, 1, 2)),
    ({"mean": "2 h", "cv": 9, "law": "gamma"}, stats.gamma(1 / 81, scale=162)),
    ({"fastest": "0 h", "usual": "1 h", "slowest": "6 h"}, stats.beta(5 / 3, 13 / 3, scale=6)),
    ({"fastest": "1 h", "usual": "1 h", "slowest": "2 h"}, stats.beta(1, 5, 1, 1)),
    ({"fastest": "1 h", "usual": "2 h", "slowest": "2 h"}, stats.beta(5, 1, 1, 1)),
]


@pytest.mark.parametrize(("written", "distribution"), CLOSED)
def test_a_closed_form_is_exact_to_the_last_digits(written: Any, distribution: Any) -> None:
    one = compiled(written)
    np.testing.assert_allclose(one.quantile(SHARES) / HOUR, exact(distribution, SHARES), rtol=1e-13)
    assert (one.mean / HOUR, one.sd / HOUR) == pytest.approx((distribution.mean(), distribution.std()), rel=1e-12)


@pytest.mark.parametrize(("written", "distribution"), TABLES)
def test_a_table_keeps_its_stated_error_into_the_tails(written: Any, distribution: Any) -> None:
    one = compiled(written)
    # Below a thousandth of a microsecond nothing is promised: it is rounded away.
    np.testing.assert_allclose(one.quantile(SHARES), exact(distribution, SHARES) * HOUR, rtol=STATED, atol=1e-3)
    assert (one.mean / HOUR, one.sd / HOUR) == pytest.approx((distribution.mean(), distribution.std()), rel=1e-12)


@pytest.mark.parametrize("cv", [1e-6, 1e-3, 0.3, 1.0, 1.7, 6.0])
def test_a_weibull_has_the_mean_and_the_cv_that_were_asked_for(cv: float) -> None:
    one = compiled({"mean": "2 h", "cv": cv, "law": "weibull"})
    scale, shape = one.table
    if cv > 1e-3:  # scipy's own moments lose their digits below
        scipys = stats.weibull_min(shape, scale=scale / HOUR)
        assert (scipys.mean(), scipys.std()) == pytest.approx((2, 2 * cv), rel=1e-9)
    np.testing.assert_allclose(one.quantile(SHARES), exact(stats.weibull_min(shape, scale=scale), SHARES), rtol=1e-12)


@pytest.mark.parametrize("cv", [1e-7, 9.99e-4, 1.01e-3])
def test_a_narrow_gamma_is_nearly_normal(cv: float) -> None:
    one = compiled({"mean": "2 h", "cv": cv, "law": "gamma"})
    z = stats.norm.ppf(SHARES)
    expected = 1 + cv * z + cv**2 * (z**2 - 1) / 3  # Cornish and Fisher; the next term is below 1e-8
    np.testing.assert_allclose(one.quantile(SHARES) / (2 * HOUR), expected, rtol=STATED)


def test_p10_p50_p90_are_exact_at_the_three_points() -> None:
    one = compiled({"p10": "1 d", "p50": "2 d", "p90": "5 d"})
    np.testing.assert_allclose(one.quantile([0.1, 0.5, 0.9]) / DAY, [1, 2, 5], rtol=1e-14)
    np.testing.assert_allclose(one.cdf(np.array([1, 2, 5]) * DAY), [0.1, 0.5, 0.9], rtol=1e-13)


def test_values_are_drawn_each_as_likely() -> None:
    one = compiled({"values": ["5 h", "1 h", "2 h", "2 h"]})
    assert list(one.quantile([0.0, 0.25, 0.26, 0.5, 0.75, 0.76, 1.0]) / HOUR) == [1, 1, 2, 2, 2, 5, 5]
    assert list(one.cdf(np.array([0.9, 1, 2, 4.9, 5]) * HOUR)) == [0, 0.25, 0.75, 0.75, 1]
    assert (one.mean / HOUR, one.sd / HOUR) == pytest.approx((2.5, 1.5))


def test_quantiles_are_straight_between_their_points() -> None:
    one = compiled({"quantiles": {"0%": "1 h", "50%": "2 h", "75%": "2 h", "100%": "8 h"}})
    assert list(one.quantile([0, 0.25, 0.5, 0.6, 0.75, 0.875, 1]) / HOUR) == pytest.approx([1, 1.5, 2, 2, 2, 5, 8])
    assert list(one.cdf(np.array([0.5, 1.5, 1.99999999, 2, 5, 9]) * HOUR)) == pytest.approx(
        [0, 0.25, 0.5, 0.75, 0.875, 1]
    )


MIXTURES = {
    "two lognormals": [(0.3, {"mean": "2 h", "cv": 1}), (0.7, {"mean": "50 h", "cv": 0.3})],
    "nothing or much": [(0.5, "0 h"), (0.5, {"mean": "50 h", "cv": 1})],
    "a gap": [(0.5, {"uniform": ["1 h", "2 h"]}), (0.5, {"uniform": ["5 h", "6 h"]})],
    "many shapes": [
        (0.5, {"fastest": "1 h", "usual": "2 h", "slowest": "5 h", "shape": "triangular"}),
        (0.2, {"mean": "5 h", "cv": 0.7, "law": "gamma"}),
        (0.3, {"fastest": "1 h", "usual": "2 h", "slowest": "9 h"}),
    ],
    "clipped": [
        (0.5, {"mean": "1 h", "law": "exponential", "at_most": "3 h"}),
        (0.5, {"mean": "5 h", "cv": 0.5, "law": "weibull"}),
    ],
    "values": [(0.5, {"values": ["1 h", "2 h", "2 h", "4 h"]}), (0.5, {"p10": "1 h", "p50": "3 h", "p90": "30 h"})],
    "points": [
        (0.5, {"quantiles": {"0%": "1 h", "50%": "2 h", "70%": "2 h", "100%": "8 h"}}),
        (0.5, {"mean": "5 h", "cv": 3}),
    ],
    "narrow": [(0.5, {"mean": "1 h", "cv": 0.001}), (0.5, {"mean": "1 h", "cv": 1})],
    "rare and long": [(0.999, {"mean": "1 h", "cv": 0.5}), (0.001, {"mean": "1000 h", "cv": 0.5})],
}


@pytest.mark.parametrize("name", MIXTURES)
def test_a_mixture_is_the_least_duration_that_its_shares_reach(name: str) -> None:
    """The oracle knows no table: it halves an interval on the weighted sum of the parts' shares."""
    parts = [(share, compiled(of)) for share, of in MIXTURES[name]]
    one = compiled({"mixture": [{"share": share, "of": of} for share, of in MIXTURES[name]]})

    def reached(duration: float) -> float:
        return sum(share * float(part.cdf(duration)) for share, part in parts)

    for share in SHARES[::5]:
        low, high = 0.0, 1e16
        while high - low > 2e-3 + 1e-9 * high:
            middle = math.sqrt(max(low, 1e-3) * high)
            low, high = (low, middle) if reached(middle) >= share else (middle, high)
        found = float(one.quantile(share))
        # At the jump of an atom double precision decides the side: accept what the shares just beside give.
        beside = (
            reached(found * (1 - STATED) - 1e-3) <= share + 1e-12
            and reached(found * (1 + STATED) + 1e-3) >= share - 1e-12
        )
        assert found == pytest.approx(high, rel=STATED, abs=3e-3) or beside
    assert one.mean == pytest.approx(sum(share * part.mean for share, part in parts))


CASES = [
    "2 h",
    *(written for written, _ in CLOSED + TABLES),
    {"mean": "2 h", "cv": 0.7, "law": "weibull"},
    {"p10": "1 d", "p50": "2 d", "p90": "5 d"},
    {"p10": "1 d", "p50": "1 d", "p90": "5 d"},
    {"values": ["5 h", "1 h", "2 h", "2 h"]},
    {"quantiles": {"0%": "1 h", "50%": "2 h", "100%": "8 h"}},
    {"mean": "2 h", "cv": 1, "at_most": "3 h"},
    {"fastest": "1 h", "usual": "2 h", "slowest": "9 h", "at_most": "4 h"},
    *({"mixture": [{"share": share, "of": of} for share, of in parts]} for parts in MIXTURES.values()),
    {"mixture": [{"share": share, "of": of} for share, of in MIXTURES["values"]], "at_most": "10 h"},
]


@settings(max_examples=200)
@given(st.sampled_from(CASES), st.floats(0, 1), st.floats(0, 1))
def test_a_greater_share_never_has_a_smaller_quantile(written: Any, one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = compiled(written)
    # The last digits of a cubic and of Wichura's deviate are rounding: a millionth of the stated error.
    assert found.quantile(low) <= found.quantile(high) * (1 + 1e-12)
    assert found.lowest * (1 - 1e-12) <= found.quantile(low)
    assert found.quantile(high) <= found.longest * (1 + 1e-12)


@settings(max_examples=200)
@given(st.sampled_from(CASES), st.floats(2.0**-32, 1 - 2.0**-32))
def test_the_share_of_a_quantile_is_reached_there_and_not_before(written: Any, share: float) -> None:
    found = compiled(written)
    duration = float(found.quantile(share))
    assert found.cdf(duration * (1 + STATED) + 1e-3) >= share - 1e-12
    assert found.cdf(duration * (1 - STATED) - 1e-3) <= share + 1e-12


@pytest.mark.parametrize("written", CASES)
def test_mean_and_sd_are_those_of_the_quantile_function(written: Any) -> None:
    found = compiled(written)
    z = np.linspace(-8.2, 8.2, 8001)
    # Each cell of the normal deviate at its middle, with its exact share of the cases.
    middle, mass = stats.norm.cdf((z[:-1] + z[1:]) / 2), np.diff(stats.norm.cdf(z))
    x = np.array([min(quantile(found.kind, found.table, share), found.at_most) for share in middle])
    mean = x @ mass
    spread = 6 if found.sd > 3 * found.mean else 1
    # Gamma with cv 9 and the rare and long mixture have much of their spread in few cells.
    assert mean == pytest.approx(found.mean, rel=spread * 1e-3)
    assert math.sqrt((x - mean) ** 2 @ mass) == pytest.approx(found.sd, rel=spread * 2e-3, abs=1.0)


@pytest.mark.parametrize("written", [written for written, _ in TABLES])
def test_a_table_has_a_few_hundred_nodes(written: Any) -> None:
    """So that a law is compiled in milliseconds (the time itself is no claim for a shared machine)."""
    assert len(compiled(written).table) < 3 * 300


def test_wichuras_deviate_is_exact_to_fifteen_digits() -> None:
    deep = 2.0 ** -np.arange(2, 54)
    shares = np.concatenate([deep, 1 - deep])
    np.testing.assert_allclose([probit(share) for share in shares], stats.norm.ppf(shares), rtol=2e-15)
    assert probit(0.5) == 0


def test_a_draw_is_multiplied_then_clipped_then_rounded_once_half_even() -> None:
    fixed = laws.constant(2.5)
    assert [fixed.draw_us(0.5), laws.constant(3.5).draw_us(0.5)] == [2, 4]
    assert fixed.draw_us(0.5, 0.6, 1, 1, 1) == 2  # 1.5: rounded once, not 2 * 0.6
    assert fixed.draw_us(0.5, 2, 3, 5, 7) == 525
    clipped = laws.clipped(laws.constant(4.0), 10.0)
    assert [clipped.draw_us(0.5, 2), clipped.draw_us(0.5, 3)] == [8, 10]
    assert compiled({"p10": "1 s", "p50": "1 h", "p90": "36600 d"}).draw_us(1 - 2.0**-53) == LONGEST_US


@given(st.floats(0, 1), st.integers(0, 10 * HOUR))
def test_what_remains_of_an_exponential_is_exponential_again(share: float, elapsed: int) -> None:
    one = compiled({"mean": "2 h", "law": "exponential"})
    share = min(share, 1 - 1e-9)
    assert one.residual_us(share, elapsed) == pytest.approx(one.draw_us(share), rel=1e-5, abs=2)


def test_what_remains_follows_the_law_given_what_has_passed() -> None:
    uniform = compiled({"uniform": ["1 h", "5 h"]})
    assert uniform.residual_us(0.5, 3 * HOUR) == HOUR  # left of 3 h to 5 h: 0 to 2 h
    assert uniform.residual_us(0.5, 0) == 3 * HOUR
    assert uniform.residual_us(0.5, 6 * HOUR, 2.0) == 2 * HOUR  # twice as long: 6 h of 2 h to 10 h
    assert uniform.residual_us(0.5, 9 * HOUR) == 0
    clipped = compiled({"uniform": ["1 h", "5 h"], "at_most": "4 h"})
    assert clipped.residual_us(0.9, 3 * HOUR) == HOUR
    assert clipped.residual_us(0.5, 4 * HOUR) == 0


@pytest.mark.parametrize(
    "written",
    [
        {"fastest": "2 h", "usual": "2 h", "slowest": "2 h"},
        {"fastest": "2 h", "usual": "2 h", "slowest": "2 h", "shape": "triangular"},
        {"mean": "2 h", "sd": "0 h"},
        {"mean": "2 h", "cv": 0, "law": "gamma"},
        {"mean": "2 h", "cv": 0, "law": "weibull"},
        {"uniform": ["2 h", "2 h"]},
        {"p10": "2 h", "p50": "2 h", "p90": "2 h"},
        {"mixture": [{"share": 1, "of": "2 h"}, {"share": 0, "of": "9 h"}]},
    ],
)
def test_a_law_without_spread_is_a_constant(written: Any) -> None:
    one = compiled(written)
    assert (one.kind, one.mean, one.sd, one.longest, one.draw_us(0.123)) == (0, 2 * HOUR, 0, 2 * HOUR, 2 * HOUR)


def test_working_days_have_the_length_of_their_calendar() -> None:
    written = law({"p10": "1 wd", "p50": "2 wd", "p90": "5 wd", "at_most": "36 h"})
    one = written.compile(working_day_us=7 * HOUR)
    assert one.quantile(0.5) == pytest.approx(14 * HOUR, rel=1e-14)
    assert one.longest == 36 * HOUR


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        (30, "", "a duration needs its unit"),
        ({}, "", "one of fixed, uniform, fastest"),
        ({"men": "2 h"}, "men", "did you mean mean?"),
        ({"mean": "2 h", "cv": 0.5, "at_mots": "3 h"}, "at_mots", "did you mean at_most?"),
        ({"mean": "2 h", "p10": "1 h"}, "", "mixed: mean and p10"),
        ({"mean": "2 h"}, "", "cv or sd"),
        ({"mean": "2 h", "cv": 1, "sd": "1 h"}, "", "cv or sd"),
        ({"mean": "2 h", "cv": 1, "law": "exponential"}, "", "always 1"),
        ({"mean": "0 h", "cv": 1}, "mean", "above zero"),
        ({"mean": "-1 h", "cv": 1}, "mean", "not negative"),
        ({"mean": "1 h", "sd": "-1 h"}, "sd", "not negative"),
        ({"mean": "1 h", "cv": -1}, "cv", "zero or more"),
        ({"mean": "1 h", "cv": math.nan}, "cv", "finite"),
        ({"mean": "1 h", "cv": 1e9}, "", "at most 20"),
        ({"mean": "1 wd", "sd": "1 h"}, "", "all durations are in wd, or none"),
        ({"fastest": "3 d", "usual": "2 d", "slowest": "6 d"}, "", "3 d, 2 d, 6 d"),
        ({"fastest": "1 d", "usual": "8 d", "slowest": "6 d"}, "", "fastest <= usual <= slowest"),
        ({"uniform": ["3 h", "1 h"]}, "", "[shortest, longest]"),
        ({"p10": "0 h", "p50": "1 h", "p90": "2 h"}, "p10", "above zero"),
        ({"p10": "3 h", "p50": "1 h", "p90": "2 h"}, "", "p10 <= p50 <= p90"),
        ({"quantiles": {"0%": "1 h", "90%": "2 h"}}, "", "0% to 100%"),
        ({"quantiles": {"0%": "1 h", "50%": "9 h", "100%": "2 h"}}, "", "do not decrease"),
        ({"quantiles": {"0%": "1 h", "50%": "2 h", "0.5": "3 h", "100%": "4 h"}}, "quantiles", "twice"),
        ({"mixture": [{"share": "80%", "of": "2 h"}]}, "", "sum to 100%, not 80%"),
        ({"mixture": [{"share": "100%", "of": {"mean": "1 h", "cv": -1}}]}, "mixture/0/of/cv", "zero or more"),
        ({"mixture": [{"share": "100%", "of": {"mixture": []}}]}, "mixture/0/of", "does not contain a mixture"),
        ({"mixture": [{"share": 1, "of": "2 h"}], "assumption": ["1 h", "2 h"]}, "", "no single number"),
        ({"fixed": "2 h", "at_most": "0 h"}, "at_most", "above zero"),
    ],
)
def test_a_law_that_cannot_be_is_refused_at_its_place(written: Any, place: str, words: str) -> None:
    where, message = refusal(written)
    assert where == place
    assert words in message


@pytest.mark.parametrize("written", CASES)
def test_a_law_written_out_is_read_back(written: Any) -> None:
    one = law(written)
    dumped = json.loads(json.dumps(TypeAdapter(Law).dump_python(one, mode="json", exclude_none=True)))
    assert law(dumped) == one


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2 h", Text("2 小时", "2 h")),
        ({"mean": "30 min", "cv": 0.5}, Text("平均 30 分钟,变异系数 0.5", "mean 30 min, cv 0.5")),
        ({"mean": "2 h", "cv": 1, "at_most": "1 wd"},
         Text("平均 2 小时,变异系数 1,至多 1 工作日", "mean 2 h, cv 1, at most 1 working day")),
    ],
)  # fmt: skip
def test_a_law_is_described_in_both_languages(written: Any, words: Text) -> None:
    assert law(written).describe() == words


def test_every_form_of_law_has_words_in_both_languages() -> None:
    for written in CASES:
        words = law(written).describe()
        assert words.zh
        assert words.en
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words.en)


def test_the_keys_of_no_two_forms_of_law_meet() -> None:
    forms = [type(law(written)) for written in CASES]
    for one, other in pairwise(sorted(set(forms), key=lambda form: form.__name__)):
        assert not one.keys & other.keys
