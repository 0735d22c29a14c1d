"""Faults of exports: each gets its named reaction, with its figure (DOMAIN part 4, BAD_INPUT 28 to 44)."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from calibration.importing.event_log import Imported, import_log
from calibration.importing.mapping import LongColumns, Mapping, Means, Suspension
from calibration.importing.rejects import rejected_rows, safe
from calibration.importing.words import WORDS
from sim.errors import InputError, InputErrors
from tests.made_tables import imported, table, trace

STEPS = {
    "受理": Means(step="acceptance", stage="s", owner="utility"),
    "送电": Means(step="power-on", stage="s", owner="utility"),
}
LONG = Mapping(form="long", case="编号", long=LongColumns(step="环节", start="开始", end="结束"), steps=STEPS)
WIDE = Mapping(
    form="wide", case="编号", milestones={"答复": STEPS["受理"], "送电": STEPS["送电"]}, accepted="受理", closed="办结"
)
DAY = timedelta(days=1)
BEGIN = datetime(2021, 3, 1, 9)  # a Monday


def rejected(found: Imported) -> list[tuple[int, str | None]]:
    rows, kinds = found.rejected
    return [(int(row), kinds[i]) for i, row in enumerate(rows)]


def wide_cases(n: int, accepted: int = 0, **columns: list[datetime | None]) -> Imported:
    """Cases one a day, with these columns; a due day is read where it is given."""
    names = ["受理", *columns]
    mapping = WIDE.model_copy(update={"milestones": {}, "due": "承诺" if "承诺" in columns else None})
    mapping = mapping.model_copy(
        update={"milestones": {"答复": STEPS["受理"]} if "答复" in columns else {"办结": STEPS["送电"]}}
    )
    rows = [
        [
            f"c{i:04}",
            str(BEGIN + i * DAY),
            *("" if columns[name][i] is None else str(columns[name][i]) for name in columns),
        ]
        for i in range(n)
    ]
    return import_log(table(["编号", *names], rows, 50), mapping)


def test_a_column_that_is_not_in_the_file_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputErrors) as refused:
        imported(LONG, "编号|环节名|起始|结束", "A|受理||2021-06-04")
    assert [error.value for error in refused.value.errors] == ["开始", "环节"]
    assert "环节名" in refused.value.errors[1].cure.zh


def test_a_long_form_without_ends_is_refused() -> None:
    starts = LONG.model_copy(update={"long": LongColumns(step="环节", start="开始")})
    with pytest.raises(InputError, match="when a step ended"):
        imported(starts, "编号|环节|开始", "A|受理|2021-06-04")


def test_step_names_that_nobody_knows_are_all_listed_with_their_counts() -> None:
    rows = ["A|受理||2021-06-04", "A|勘察||2021-06-04", "A|勘察||2021-06-05", "A|装表||2021-06-06"]
    with pytest.raises(InputError) as refused:
        imported(LONG, "编号|环节|开始|结束", *rows)
    assert refused.value.value == "勘察 ×2, 装表 ×1" and "inspect" in refused.value.cure.zh


def test_state_words_that_nobody_knows_are_all_listed() -> None:
    mapping = LONG.model_copy(update={"state": "状态", "states": {"在办": "open"}})
    with pytest.raises(InputError) as refused:
        imported(mapping, "编号|环节|开始|结束|状态", "A|受理||2021-06-04|在办", "B|受理||2021-06-04|作废")
    assert refused.value.value == "作废 ×1"


def test_lifecycle_words_that_nobody_knows_are_all_listed() -> None:
    mapping = LONG.model_copy(update={"long": LongColumns(step="环节", end="结束", lifecycle="事件")})
    with pytest.raises(InputError) as refused:
        imported(mapping, "编号|环节|结束|事件", "A|受理|2021-06-04|completed")
    assert refused.value.value == "completed ×1"


def test_a_date_that_does_not_exist_rejects_its_row_and_leaves_its_case_out() -> None:
    found = imported(
        LONG,
        "编号|环节|开始|结束",
        "A|受理|2021-06-04 09:00|2021-06-04 10:00",
        "B|受理|2021-02-27 09:00|2021-02-30 10:00",
        "B|送电|2021-03-01 09:00|2021-03-01 10:00",
    )
    assert found.log.cases.label == ("A",) and found.cases_read == 2
    assert rejected(found) == [(3, "unreadable-time"), (4, "row-unreadable")]
    assert found.findings["unreadable-time"].examples[0] == (3, "结束", "2021-02-30 10:00")


def test_a_column_that_is_no_time_is_refused_as_a_whole() -> None:
    rows = [f"c{i}|受理||{'张三' if i % 2 else '2021-06-04'}" for i in range(40)]
    with pytest.raises(InputError, match="20 of 40") as refused:
        imported(LONG, "编号|环节|开始|结束", *rows)
    assert "张三" not in str(refused.value) and "row 3" in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other"), [("2021-06-04T06:30:00Z", "2021-06-05 10:00"), ("2021-06-04 06:30", "2021-06-05T10:00:00+08:00")]
)
def test_times_with_and_without_an_offset_need_the_zone_even_in_two_columns(one: str, other: str) -> None:
    with pytest.raises(InputError) as refused:
        imported(LONG, "编号|环节|开始|结束", f"A|受理|{one}|{other}")
    assert "zone" in refused.value.cure.en and one in refused.value.value and other in refused.value.value
    told = LONG.model_copy(update={"zone": "Asia/Shanghai"})
    assert len(imported(told, "编号|环节|开始|结束", f"A|受理|{one}|{other}").log) == 3


def test_a_few_ends_before_starts_leave_their_cases_out_and_a_tenth_is_refused() -> None:
    good = [f"c{i:03}|受理|2021-06-04 09:00|2021-06-04 10:00" for i in range(100)]
    bad = [f"d{i:03}|受理|2021-06-04 09:00|2021-06-04 08:00" for i in range(11)]
    found = imported(LONG, "编号|环节|开始|结束", *good, *bad)
    assert len(found.log.cases) == 100 and found.findings["end-before-start"].count == 11
    with pytest.raises(InputError, match="before the start"):
        imported(LONG, "编号|环节|开始|结束", *good, *bad, "e|受理|2021-06-04 09:00|2021-06-04 08:00")


def test_a_milestone_before_the_acceptance_or_a_closing_before_it_leaves_the_case_out() -> None:
    found = imported(
        WIDE,
        "编号|受理|答复|送电|办结",
        "A|2021-06-04 09:00|2021-06-03 09:00|2021-06-08 09:00|2021-06-08 09:00",
        "B|2021-06-04 09:00|||2021-06-03 09:00",
        "C|2021-06-04 09:00|2021-06-08 09:00|2021-06-05 09:00|2021-06-08 09:00",
        "D||2021-06-08 09:00|2021-06-05 09:00|2021-06-08 09:00",
    )
    assert found.log.cases.label == ("C",)
    counts = found.findings.counts()
    assert (counts["before-acceptance"], counts["closed-before-acceptance"], counts["not-accepted"]) == (1, 1, 1)
    assert counts["out-of-order"] == 2 and "power-on#0 wait 06-04 09:00 - 06-05 09:00" in trace(found.log, "C")
    assert rejected(found) == [(2, "before-acceptance"), (3, "closed-before-acceptance"), (5, "not-accepted")]


def test_a_day_without_a_time_is_not_before_a_time_of_that_day() -> None:
    found = imported(WIDE, "编号|受理|答复|送电|办结", "A|2021-06-04 14:30|2021-06-04||2021-06-04")
    assert trace(found.log, "A")[1:] == ["closed 06-04 14:30", "acceptance#0 wait 06-04 14:30 - 06-04 14:30"]
    assert found.findings["day-only-end"].count == 1


def test_dates_alone_forbid_half_days_and_hours_and_say_so() -> None:
    found = imported(WIDE, "编号|受理|答复|送电|办结", "A|2021-06-04|2021-06-07|2021-06-08|2021-06-08 00:00:00")
    assert "time-of-day" in found.missing and found.findings["day-resolution"].details == {"share": "100.0%"}


def test_what_lies_behind_the_extract_is_no_fact() -> None:
    rows = ["A|2021-06-04|2021-06-05||2021-06-05", "B|2021-06-04|2021-06-05|2021-12-31|"]
    found = imported(WIDE, "编号|受理|答复|送电|办结", *rows, until="2021-06-30 12:00")
    assert found.log.cases.label == ("A",) and found.findings["future"].count == 1
    assert np.datetime64(found.log.end_of_run, "us") == np.datetime64("2021-06-30T12:00")


def test_repeated_rows_count_once_and_two_contents_of_one_id_leave_it_out() -> None:
    found = imported(
        WIDE,
        "编号|受理|答复|送电|办结",
        "A|2021-06-04 09:00|2021-06-05 09:00||",
        "B|2021-06-04 09:00|2021-06-05 09:00||",
        "A|2021-06-04 09:00|2021-06-05 09:00||",
        "B|2021-06-04 09:00|2021-06-05 09:00|2021-06-08 09:00|2021-06-08 09:00",
    )
    assert found.log.cases.label == ("A",)
    assert rejected(found) == [(3, "same-case-twice"), (5, "same-case-twice")]
    assert found.findings["duplicate-row"].examples[0].row == 4


def test_an_unended_step_of_a_closed_case_ends_with_it() -> None:
    mapping = LONG.model_copy(update={"closed": "办结"})
    found = imported(
        mapping,
        "编号|环节|开始|结束|办结",
        "A|受理|2021-06-04 09:00||2021-06-08 09:00",
        "A|送电|2021-06-09 09:00||2021-06-08 09:00",
    )
    assert trace(found.log, "A")[1] == "acceptance#0 work 06-04 09:00 - 06-08 09:00"
    counts = found.findings.counts()
    assert counts["unmatched-start"] == 1 and counts["begun-after-closing"] == 1


def test_ids_are_kept_as_text_exactly() -> None:
    ids = ["00123", "1E5", "NA", "None", "无", " x ", "７", "-"]
    rows: list[list[str | None]] = [[each, "2021-06-04 09:00", "", "", ""] for each in ids]
    found = import_log(table(["编号", "受理", "答复", "送电", "办结"], rows), WIDE)
    assert found.log.cases.label == tuple(sorted(ids, key=str.encode))


@pytest.mark.parametrize("id_", ["1.2E+15", "1.50210E+14", "1E+15"])
def test_ids_in_exponent_form_are_refused(id_: str) -> None:
    with pytest.raises(InputError) as refused:
        imported(WIDE, "编号|受理|答复|送电|办结", "150210000000001|2021-06-04|||", f"{id_}|2021-06-04|||")
    assert refused.value.value == id_ and "row 3" in refused.value.where


def test_lost_leading_zeros_and_lost_digits_are_warned_of() -> None:
    short = [f"{number}|2021-06-04|||" for number in [*range(10000001, 10000041), 1234567, 234567]]
    assert imported(WIDE, "编号|受理|答复|送电|办结", *short).findings["leading-zeros"].count == 2
    cut = [f"15021020210604{number:03}0|2021-06-04|||" for number in range(0, 400, 10)]
    assert imported(WIDE, "编号|受理|答复|送电|办结", *cut).findings.counts().get("digits-lost") is None
    cut = [f"150210{number:09}000|2021-06-04|||" for number in range(40)]
    assert imported(WIDE, "编号|受理|答复|送电|办结", *cut).findings["digits-lost"].count == 40


def test_rows_without_a_case_or_a_step_are_rejected() -> None:
    found = imported(
        LONG, "编号|环节|开始|结束", "|受理||2021-06-04", "A|—||2021-06-04", "B|受理||2021-06-04", "B|送电||"
    )
    assert rejected(found) == [(2, "no-case"), (3, "no-step")]
    assert found.findings.counts().items() >= {"no-case": 1, "no-step": 1, "no-time": 1, "missing-word": 1}.items()


def test_a_file_without_a_usable_row_is_refused() -> None:
    with pytest.raises(InputError, match="no row"):
        imported(LONG, "编号|环节|开始|结束")
    with pytest.raises(InputError, match="no case"):
        imported(WIDE, "编号|受理|答复|送电|办结", "A||||")


def test_closings_that_heap_on_the_day_promised_are_warned_of() -> None:
    due = [BEGIN + (i + 10) * DAY for i in range(40)]
    found = wide_cases(40, 承诺=list(due), 办结=[day + i % 5 * (i % 4 == 0) * -DAY for i, day in enumerate(due)])
    assert found.findings["heaping-on-due"].count == 32
    spread = wide_cases(40, 承诺=list(due), 办结=[day + (i % 7 - 3) * DAY for i, day in enumerate(due)])
    assert "heaping-on-due" not in spread.findings


def test_friday_evenings_are_warned_of() -> None:
    friday = BEGIN + timedelta(days=4, hours=9)
    found = wide_cases(28, 办结=[friday + timedelta(weeks=5, minutes=7 * i) for i in range(28)])
    assert found.findings["friday-evening"].count == 28


def test_many_records_of_one_minute_are_warned_of() -> None:
    at_once = [BEGIN + 60 * DAY + timedelta(seconds=i) for i in range(40)]
    found = wide_cases(40, 办结=list(at_once), 答复=list(at_once))
    assert found.findings["same-minute"].examples[0].value == "2021-04-30 09:00 ×40"


def test_steps_of_a_case_entered_at_one_minute_are_warned_of() -> None:
    steps = {name: Means(step=f"s{i}", stage="s", owner="u") for i, name in enumerate("甲乙丙")}
    mapping = Mapping(form="long", case="编号", long=LongColumns(step="环节", end="结束"), steps=steps)
    rows = [f"c{i}|{name}|2021-06-{4 + i:02} 09:30:0{k}" for i in range(12) for k, name in enumerate(steps)]
    found = imported(mapping, "编号|环节|结束", *rows)
    assert found.findings["steps-at-one-minute"].count == 12


def test_an_extract_of_closed_cases_only_is_told_with_the_cases_that_it_lacks() -> None:
    """One case a day, 10 days each: by Little's law 10 are open at any instant."""
    whole = wide_cases(100, 办结=[BEGIN + (i + 10) * DAY for i in range(100)])
    assert (whole.findings["cut-at-both-ends"].details) == {"expected": "10", "days": "10.0"}
    some_open = wide_cases(100, 办结=[BEGIN + (i + 10) * DAY if i < 90 else None for i in range(100)])
    assert not {"closed-only", "cut-at-both-ends"} & some_open.findings.counts().keys()
    assert some_open.findings["still-open"].count == 10


def test_a_system_replaced_by_another_is_told() -> None:
    mapping = WIDE.model_copy(update={"system": "系统"})
    rows = [f"c{i}|2021-0{1 + i // 5}-04|||2021-0{1 + i // 5}-05|{'新' if i > 14 else '旧'}系统" for i in range(30)]
    found = imported(mapping, "编号|受理|答复|送电|办结|系统", *rows)
    assert (
        found.findings["system-change"]
        .details["systems"]
        .startswith("旧系统 2021-01-04 - 2021-03-04; 新系统 2021-04-04")
    )


def test_step_names_that_end_where_others_begin_are_told() -> None:
    steps = {name: Means(step=f"s{i}", stage="s", owner="u") for i, name in enumerate("甲乙丙丁")}
    mapping = Mapping(form="long", case="编号", long=LongColumns(step="环节", end="结束"), steps=steps)
    rows = [
        f"c{i}|{name}|2021-{1 + i:02}-1{k} 09:30"
        for i in range(8)
        for k, name in enumerate("甲乙" if i < 4 else "丙丁")
    ]
    assert imported(mapping, "编号|环节|结束", *rows).findings["system-change"].details["systems"] == "2021-05-10"


def test_what_forbids_a_reading_is_named() -> None:
    milestones = {"答复": Means(step="reply"), "送电": Means(step="power-on", owner="utility", stage="s")}
    mapping = WIDE.model_copy(update={"milestones": milestones})
    found = imported(mapping, "编号|受理|答复|送电|办结", "A|2021-06-04 09:00|2021-06-05 09:00||")
    assert found.missing[:3] == ("start", "owner", "stage")
    assert found.findings["steps-without-owner"].details == {"steps": "export/reply"}
    assert found.findings["ends-only"].count == 1


def test_no_finding_shows_the_name_of_a_clerk() -> None:
    mapping = LONG.model_copy(update={"who": "经办人"})
    found = imported(mapping, "编号|环节|开始|结束|经办人", "A|受理||2021-06-04 09:00|张　三丰", "B|受理|| x|无")
    assert "三丰" not in str(list(found.findings))


def test_an_attribute_that_differs_between_rows_of_a_case_is_none_and_told() -> None:
    mapping = LONG.model_copy(update={"district": "区"})
    rows = ["A|受理||2021-06-04|昆区", "A|送电||2021-06-05|青山", "B|受理||2021-06-04|昆区", "B|送电||2021-06-05|"]
    found = imported(mapping, "编号|环节|开始|结束|区", *rows)
    district = found.log.cases.attributes["district"]
    assert [district[0], district[1]] == [None, "昆区"] and found.findings["attribute-varies"].count == 1


def test_rejected_rows_are_written_with_safe_cells_and_without_persons() -> None:
    header = ["编号", "受理", "答复", "送电", "办结", "用户名称", "备注"]
    rows: list[list[str | None]] = [
        ["A", "2021-06-04", "", "", "", "张三", ""],
        ["=1+1", "2021-06-31", "", "", "", "李四", "@x"],
    ]
    made = table(header, rows)
    mapping = WIDE.model_copy(update={"personal": ("用户名称",)})
    found = import_log(made, mapping)
    written = rejected_rows(made, found, mapping)
    assert written is not None
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))) == [
        ["行号", "原因", "编号", "受理", "答复", "送电", "办结", "备注"],
        ["3", "时间读不出或日期不存在", "'=1+1", "2021-06-31", "", "", "", "'@x"],
    ]


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A0", "@x", "\tx", "\u00a0=1", "safe\n=x", "+x", "-x", "%0A=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_numbers_stay_numbers() -> None:
    assert [safe(cell) for cell in ("-1", "+1", "-3.5", "受理")] == ["-1", "+1", "-3.5", "受理"]


def test_every_kind_of_finding_of_logs_has_words_in_both_languages() -> None:
    import re

    import calibration.importing as rooms

    reactions = {"told", "warned", "repaired", "missing", "dropped", "rejected", "excluded"}
    code = "".join(path.read_text("utf-8") for path in Path(rooms.__path__[0]).glob("*.py"))
    kinds = set(
        re.findall(r'(?:findings\.add|_warn|_tell|_leave_out|leave_out|_reject|_count)\([^"\n]*\n?\s*"([a-z-]+)"', code)
    )
    kinds -= reactions
    assert len(kinds) > 30 and kinds <= WORDS.keys(), kinds - WORDS.keys()
    assert all(text.zh and text.en for words in WORDS.values() for text in words)


def test_a_suspension_column_that_is_missing_is_refused() -> None:
    mapping = LONG.model_copy(update={"suspensions": (Suspension(start="挂起", end="恢复"),)})
    with pytest.raises(InputErrors):
        imported(mapping, "编号|环节|开始|结束", "A|受理||2021-06-04")


def test_a_slip_years_ahead_leaves_its_case_out_and_does_not_move_the_end_of_the_log() -> None:
    """Else every open case would have been open until 2031, and late."""
    closed: list[datetime | None] = [BEGIN + (i + 5) * DAY for i in range(150)]
    closed[7], closed[9] = datetime(2031, 6, 4), None
    found = wide_cases(150, 办结=closed)
    assert found.findings["future"].count == 1 and len(found.log.cases) == 149
    assert np.datetime64(found.log.end_of_run, "us") < np.datetime64("2022-01-01")


def test_late_closings_without_a_gap_are_kept_and_warned_of() -> None:
    found = wide_cases(150, 办结=[BEGIN + (i * 5 + 5) * DAY for i in range(150)])
    assert len(found.log.cases) == 150 and found.findings["future"].reaction == "warned"


def test_words_of_a_rejected_row_need_no_meaning() -> None:
    mapping = LONG.model_copy(update={"state": "状态", "states": {"在办": "open"}})
    found = imported(
        mapping,
        "编号|环节|开始|结束|状态",
        "A|受理||2021-06-04|在办",
        "B|勘察||2021-06-31|存疑",
        "C|受理||2021-06-05|在办",
    )
    assert found.log.cases.label == ("A", "C")
