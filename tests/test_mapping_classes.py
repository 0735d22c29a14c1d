"""The class of each case: the first rule that fits; what none fits is counted and listed by its values."""

from __future__ import annotations

from pathlib import Path

from calibration.importing.event_log import import_log
from calibration.importing.mapping import ClassRule, Mapping, Means
from calibration.importing.reading import read
from calibration.importing.words import WORDS
from tests.exports import delimited, written

ROWS = [
    ["编号", "受理时间", "登记类型", "窗口"],
    ["a", "2021-06-01", "抵押", "一"],
    ["b", "2021-06-01", "查封", "一"],
    ["c", "2021-06-01", "抵押 ", "二"],
    ["d", "2021-06-01", "查封", "一"],
    ["e", "2021-06-01", "", "二"],
]


def rule(name: str, **when: tuple[str, ...]) -> ClassRule:
    return ClassRule.model_validate({"class": name, "when": when})


def test_cases_without_a_class_are_listed_by_their_values_the_commonest_first(tmp_path: Path) -> None:
    mapping = Mapping(
        form="wide",
        case="编号",
        accepted="受理时间",
        milestones={"受理时间": Means(step="accept")},
        classes=(rule("counter", 登记类型=("抵押",), 窗口=("二",)), rule("mortgage", 登记类型=("抵押",))),
    )
    imported = import_log(read(written(tmp_path / "e.csv", delimited(ROWS))), mapping)
    cases = imported.log.cases
    assert [cases.case_class.names[code] if code >= 0 else None for code in cases.case_class.codes] == [
        "mortgage", None, "counter", None, None,
    ]  # fmt: skip
    found = imported.findings["unassigned-class"]
    assert (found.count, found.examples[0]) == (3, (3, "登记类型, 窗口", "查封 | 一"))
    assert found.details["listed"] == "查封 | 一 ×2;  | 二 ×1"
    assert "查封 | 一 ×2" in WORDS["unassigned-class"][0].format(**found.details).zh
