"""The class of each case: the first rule that fits; what none fits is counted and listed by its values."""

from __future__ import annotations

from pathlib import Path

import pytest

from calibration.importing.event_log import import_log
from calibration.importing.mapping import ClassRule, Mapping, Means
from calibration.importing.proposal import propose
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


ELECTRICITY = """
申请编号 用户类别 供电电源数 电压等级 受理时间 装表接电时间
1 高压 单电源 交流10kV 2021-03-01 2021-03-20
2 高压 双电源 10千伏 2021-03-01 2021-03-20
3 低压非居民 单电源 380V 2021-03-01 2021-03-05
4 低压居民 单电源 220V 2021-03-01 2021-03-02
5 三零用户 单电源 220V 2021-03-01 2021-03-02
"""
BY_NUMBER = """
申请编号 电压等级 电源数 是否三零 外线工程 受理时间 装表接电时间
1 10kV 1 否 是 2021-03-01 2021-03-20
2 35kV 2 否 是 2021-03-01 2021-03-20
3 380V 1 是 否 2021-03-01 2021-03-05
4 380V 1 是 是 2021-03-01 2021-03-09
5 380V 1 否 是 2021-03-01 2021-03-09
"""
GAS = """
报装编号 表型 外线工程 是否破路 用气申请受理时间 受理时间 通气时间
1 G4 否 否 2021-06-01 2021-06-01 2021-06-05
2 G2.5 是 否 2021-06-01 2021-06-01 2021-06-05
3 G10 是 是 2021-06-01 2021-06-01 2021-06-09
4 G25 否 否 2021-06-01 2021-06-01 2021-06-09
5 G40 是 是 2021-06-01 2021-06-01 2021-06-19
6 IC卡 是 是 2021-06-01 2021-06-01 2021-06-19
"""
HEATING = """
报装编号 用热面积 受理时间 供热方案时间 供热合同时间 验收时间
1 1200 2021-06-01 2021-06-05 2021-06-09 2021-09-01
2 300 2021-06-01 2021-06-05 2021-06-09 2021-09-02
"""
PERMITS = """
项目代码 审批事项 办件编号 受理时间 承诺时限 办结时间
x 建设工程规划许可 1 2021-06-01 2021-06-11 2021-06-09
x 占用挖掘城市道路审批 2 2021-06-01 2021-06-11 2021-06-09
x 影响交通安全的施工许可 3 2021-06-01 2021-06-11 2021-06-09
x 临时占用绿地许可 4 2021-06-01 2021-06-11 2021-06-09
x 建筑垃圾处置核准 5 2021-06-01 2021-06-11 2021-06-09
x 建设工程消防验收 6 2021-06-01 2021-06-11 2021-06-09
x 竣工规划核实 7 2021-06-01 2021-06-11 2021-06-09
"""


@pytest.mark.parametrize(
    ("service", "text", "classes"),
    [
        ("electricity", ELECTRICITY, ["hv-single", "hv-dual", "low-voltage-other", None, "three-zero-works"]),
        ("electricity", BY_NUMBER, ["hv-single", "hv-dual", "three-zero-direct", "three-zero-works", None]),
        ("gas", GAS, ["gas-standard", "gas-standard-outline", "gas-standard-digging", "gas-larger",
                      "gas-larger-outline", None]),
        ("heating", HEATING, ["heating", "heating"]),
        ("permits", PERMITS, ["planning-permit", "road-permit", "traffic-permit", "garden-permit", "waste-permit", None,
                              "joint-acceptance"]),
    ],
)  # fmt: skip
def test_the_proposed_rules_take_several_columns_and_guess_no_class(
    tmp_path: Path, service: str, text: str, classes: list[str | None]
) -> None:
    """The classes of the city's own limits, read off each row by hand; a low-voltage case with one source is not a
    high-voltage one, and what the columns do not tell stays without a class."""
    table = read(written(tmp_path / "e.csv", delimited([line.split() for line in text.strip().splitlines()])))
    found = propose(table)
    assert found.service == service
    cases = import_log(table, found.mapping).log.cases
    by_id = {cases.label[i]: cases.case_class[i] for i in range(len(cases))}
    assert [by_id[str(i + 1)] for i in range(len(classes))] == classes


def test_what_the_rules_propose_are_classes_of_the_city() -> None:
    from calibration.importing.proposal_classes import _CLASSES
    from calibration.observing.promises import load_promises

    known = load_promises(Path("scenarios/baotou")).classes()
    assert {name for classes in _CLASSES.values() for name, _ in classes} <= set(known)
