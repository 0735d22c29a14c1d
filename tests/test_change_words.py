"""What a scenario gains, in words: a cut reads as a cut in both languages, and chance is not told as a gain."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sim.analysis.results import StudyResult
from sim.analysis.statistics import Estimate
from sim.analysis.statistics.estimate import ONE_REPLICATION
from sim.report import indicators, sentences
from sim.report.edition import Edition
from sim.text import Language
from tests.results_sample import baotou, comparison, estimate, study


def shifted(difference: Estimate, ratio: float = 0.8) -> StudyResult:
    """The sample whose changes are all this one, in days and as a share."""
    mean, share = comparison(difference, ratio), comparison(replace(difference, unit="share"), 1.0)
    return replace(study(), changes=tuple(replace(c, mean=mean, share_within=share) for c in study().changes))


@pytest.mark.parametrize(
    ("language", "mean", "share"),
    [
        ("zh", "压缩 2.9（2.5～3.3），压减 20%", "提高 22（19～25）个百分点"),
        ("en", "down 2.9 (2.5–3.3), a cut of 20%", "up 22 (19–25) points"),
    ],
)
def test_what_the_plan_saves_reads_as_a_reduction_in_both_languages(language: Language, mean: str, share: str) -> None:
    told = [row.change for row in indicators.rows(Edition(study(), baotou(), language), "E4") if row.change]
    assert told == [mean, share]


@pytest.mark.parametrize(
    ("language", "mean", "share"),
    [
        ("zh", "延长 2.0（1.6～2.4），增加 20%", "下降 200（160～240）个百分点"),
        ("en", "up 2.0 (1.6–2.4), a rise of 20%", "down 200 (160–240) points"),
    ],
)
def test_what_gets_worse_reads_as_getting_worse(language: Language, mean: str, share: str) -> None:
    longer = shifted(estimate(-2.0, low=-2.4, high=-1.6), 1.2)
    later = shifted(estimate(2.0, low=1.6, high=2.4))
    for result, row, words in ((longer, 0, mean), (later, 1, share)):
        told = [r.change for r in indicators.rows(Edition(result, baotou(), language), "E4") if r.change]
        assert told[row] == words


@pytest.mark.parametrize(
    ("language", "cell", "sentence"),
    [
        (
            "zh",
            "变化不显著（−0.4～0.1）",
            "平均用时预计由 15.4 个工作日变为 12.4 个工作日，变化不显著（95% 区间 −0.4～0.1）；"
            "按时办结率预计由 76% 变为 97.7%，变化不显著（95% 区间 −40～10 个百分点）；",
        ),
        (
            "en",
            "no significant change (−0.4 to 0.1)",
            "the mean becomes 12.4 wd from 15.4 wd, no significant change (95% interval −0.4 to 0.1); "
            "the share within the limit goes from 76% to 97.7%, no significant change (95% interval −40 to 10 points);",
        ),
    ],
)
def test_a_change_whose_interval_holds_zero_is_not_told_as_a_cut(language: Language, cell: str, sentence: str) -> None:
    doubtful = Edition(shifted(estimate(0.15, low=-0.1, high=0.4)), baotou(), language)
    assert indicators.rows(doubtful, "E4")[0].change == cell
    told = sentences.findings(doubtful, "E4")[0]
    assert sentence in told
    assert not re.search("压减 |压缩|提高|cut|falls|rises", told)


def test_no_difference_at_all_is_no_change_and_one_replication_says_what_it_cannot() -> None:
    none = Edition(shifted(estimate(0.0, low=0.0, high=0.0), 1.0), baotou(), "zh")
    assert [row.change for row in indicators.rows(none, "E4") if row.change] == ["无变化", "无变化"]
    once = Edition(shifted(estimate(3.0, low=None, high=None, reason=ONE_REPLICATION)), baotou(), "zh")
    assert indicators.rows(once, "E4")[0].change == "压缩 3.0，压减 20%，只模拟 1 次，不能排除偶然"
