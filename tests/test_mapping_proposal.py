"""A mapping proposed by the names and values of columns: right where they tell, left open and named where not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.importing.event_log import import_log
from calibration.importing.headers import role_of
from calibration.importing.mapping import Means, Suspension
from calibration.importing.proposal import Proposal, propose
from calibration.importing.reading import read
from sim.errors import InputError
from tests.exports import delimited, written

WIDE = [
    line.split()
    for line in """
申请编号 用户名称 用户类别 受理时间 现场勘查时间 供电方案答复时间 设计审查时间 竣工检验时间 装表接电时间 流程状态 备注
00210001 某厂 高压单电源 2021-06-04 2021-06-07 2021-06-10 2021-06-25 2021-07-22 2021-07-26 归档 无
00210002 某店 高压双电源 2021-06-05 2021-06-08 2021-06-11 2021-06-26 2021-07-23 2021-07-27 归档 无
00210003 某户 高压单电源 2021-06-05 2021-06-08 - - - - 在办 无
""".strip().splitlines()
]


def proposal(tmp_path: Path, rows: list[list[str]], service: str | None = None) -> Proposal:
    return propose(read(written(tmp_path / "export.csv", delimited(rows))), service=service)


def asked(found: Proposal) -> str:
    return "\n".join(one.zh for one in found.open)


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ("受理时间 SLSJ slsj 受理 日期", "accepted"),
        ("办结时间 BJSJ", "closed"),
        ("业务编号 ywbh 申请编号 流程实例号 宗号 case_id", "case"),
        ("环节 hj HJMC 环节名称 审批事项 activity", "step"),
        ("经办人 jbr BLR org:resource", "who"),
        ("KSSJ 签收时间", "start"),
        ("JSSJ 结束时间", "end"),
        ("BLBM 供电单位", "unit"),
        ("YHLB DYDJ YWLX 是否三零 登记类型", "attribute"),
    ],
)
def test_a_header_and_its_pinyin_initials_tell_one_role(names: str, role: str) -> None:
    for name in names.split(" "):
        if name != "受理" and name != "日期":
            found = role_of(name)
            assert found is not None
            assert found[0] == role, name


def test_a_wide_export_is_proposed_whole_and_imports_as_it_is(tmp_path: Path) -> None:
    found = proposal(tmp_path, WIDE)
    mapping = found.mapping
    assert (found.service, mapping.form, mapping.case) == ("electricity", "wide", "申请编号")
    assert list(mapping.milestones) == WIDE[0][3:9]
    assert mapping.milestones["竣工检验时间"] == Means(
        step="completion-inspection", stage="completion-inspection", owner="utility"
    )
    assert (mapping.accepted, mapping.closed, mapping.state) == ("受理时间", "装表接电时间", "流程状态")
    assert mapping.states == {"归档": "closed", "在办": "open"}
    assert mapping.personal == ("用户名称",)
    assert {rule.case_class for rule in mapping.classes} == {"hv-single", "hv-dual"}
    assert "用户用时分不出来" in asked(found)  # 送审 and 报验 are not in this export
    imported = import_log(read(tmp_path / "export.csv"), mapping)
    assert len(imported.log.cases) == 3


def test_the_end_of_a_step_can_be_a_mark_as_well(tmp_path: Path) -> None:
    log = import_log(read(written(tmp_path / "e.csv", delimited(WIDE))), proposal(tmp_path, WIDE).mapping).log
    at = {kind: [log.step.names[code] for code in log.step.codes[log.is_kind(kind)]] for kind in ("mark", "wait")}
    assert at["mark"].count("export/power-on") == 2  # one case is still open
    assert at["wait"].count("export/metering") == 2


def test_the_order_of_milestones_is_that_of_their_times(tmp_path: Path) -> None:
    shuffled = [[row[i] for i in (0, 1, 2, 8, 5, 3, 7, 4, 6, 9, 10)] for row in WIDE]
    assert list(proposal(tmp_path, shuffled).mapping.milestones) == WIDE[0][3:9]


LONG = [
    ["YWBH", "HJMC", "JBR", "KSSJ", "JSSJ", "SLSJ"],
    ["01", "收件受理", "张三", "2021-06-04 09:00", "2021-06-04 09:20", "2021-06-04 09:00"],
    ["01", "登簿", "李四", "2021-06-04 10:00", "2021-06-05 09:20", "2021-06-04 09:00"],
    ["02", "收件受理", "张三", "2021-06-05 09:00", "2021-06-05 09:20", "2021-06-05 09:00"],
    ["02", "登簿", "李四", "2021-06-06 10:00", "2021-06-06 11:20", "2021-06-05 09:00"],
]


def test_a_long_export_of_a_back_end_is_known_by_its_initials(tmp_path: Path) -> None:
    mapping = proposal(tmp_path, LONG).mapping
    assert mapping.long is not None
    assert (mapping.form, mapping.case, mapping.who, mapping.accepted) == ("long", "YWBH", "JBR", "SLSJ")
    assert (mapping.long.step, mapping.long.start, mapping.long.end) == ("HJMC", "KSSJ", "JSSJ")
    assert mapping.steps["登簿"].mark == "registered"


def test_a_closing_that_differs_within_a_case_is_the_end_of_its_steps(tmp_path: Path) -> None:
    rows = [["办件编号", "环节名称", "办结时间"], *([row[0], row[1], row[4]] for row in LONG[1:])]
    mapping = proposal(tmp_path, rows).mapping
    assert mapping.long is not None
    assert (mapping.long.end, mapping.closed) == ("办结时间", None)


def test_unknown_steps_and_words_of_the_state_are_left_to_the_user_by_name(tmp_path: Path) -> None:
    rows = [[*LONG[0], "状态"], *([*row, "特殊情形"] for row in LONG[1:])]
    rows[1][1] = "打印回执"
    found = proposal(tmp_path, rows)
    assert found.mapping.steps["打印回执"] == Means(step="dyhz")
    assert "打印回执" in asked(found)
    assert "特殊情形" in asked(found)
    assert found.mapping.states == {}


def test_days_and_months_that_could_be_exchanged_are_asked_about(tmp_path: Path) -> None:
    rows = [
        ["申请编号", "受理时间", "登簿时间"],
        ["a1", "03/04/2021", "05/04/2021"],
        ["a2", "03/05/2021", "05/06/2021"],
    ]
    found = proposal(tmp_path, rows)
    assert found.mapping.dates is None
    assert "哪个是日" in asked(found)


def test_pairs_of_suspensions_are_proposed(tmp_path: Path) -> None:
    rows = [
        ["办件编号", "受理时间", "特别程序起", "特别程序止", "办结时间"],
        ["a1", "2021-06-01", "2021-06-02", "2021-06-03", "2021-06-04"],
    ]
    found = proposal(tmp_path, rows, "property")
    assert found.mapping.suspensions == (Suspension(start="特别程序起", end="特别程序止"),)


def test_every_key_of_a_proposal_says_on_what_it_rests(tmp_path: Path) -> None:
    for rows in (WIDE, LONG):
        found = proposal(tmp_path, rows)
        said = found.mapping.model_dump(exclude_defaults=True).keys() - {"attributes"}
        assert said <= found.notes.keys()


def test_a_file_without_any_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="hold times"):
        proposal(tmp_path, [["申请编号", "金额"], ["a1", "5"], ["a2", "7"]])


def test_the_shared_logs_are_proposed_and_import(shared: Path) -> None:
    for name, cases in (("receipt.csv.gz", 1430), ("receipt.xes.gz", 1430), ("T_BPIC15_1.csv.gz", 1199)):
        path = shared / "data" / name
        log = import_log(read(path), propose(read(path)).mapping).log
        assert len(log.cases) == cases
        assert np.all(log.cases.accepted > 0)


def test_suspensions_that_only_a_remark_tells_of_are_asked_about(tmp_path: Path) -> None:
    rows = [WIDE[0], [*WIDE[1][:-1], "因用户原因挂起"], *WIDE[2:]]
    assert "“备注”有 1 行提到挂起" in asked(proposal(tmp_path, rows))


def test_a_second_column_that_could_name_the_case_is_asked_about(tmp_path: Path) -> None:
    rows = [[*row, number] for row, number in zip(WIDE, ["项目代码", "p1", "p1", "p2"], strict=True)]
    found = proposal(tmp_path, rows)
    assert found.mapping.case == "申请编号"
    assert "也可能是 项目代码" in asked(found)
