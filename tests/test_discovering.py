"""Processes found in logs: states, open waits, distances, runs from open cases, and what the commands say."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.calendars import fit_calendar
from calibration.discovering.contexts import BEGIN, LONGEST, OFTEN, Contexts
from calibration.discovering.demand import level_window
from calibration.discovering.found import Found, find
from calibration.discovering.laws import weights
from calibration.discovering.odd_days import with_odd_days
from calibration.discovering.openings import drawn, places
from calibration.discovering.recency import half_life
from calibration.discovering.simulating import run, scenario_of
from calibration.distances import MARKED, distances, n_gram
from calibration.histories import Histories
from calibration.validating.held_out import fidelity, mean
from calibration.validating.split import behind, split
from calibration.validating.yardsticks import redrawn
from sim.cli import run as shixian
from sim.engine import reference
from sim.engine.engines import simulate
from sim.eventlog import NAT
from sim.logcheck import first_difference
from sim.model.calendars import CalendarSpec
from sim.model.quantities import DAY_US, HOUR_US
from tests.fidelity.logs import DATA, LOGS, histories

MONDAY = 4 * DAY_US  # 1970-01-05


def log_of(cases: list[list[tuple[int, int, int]]], over: list[bool] | None = None, kinds: int = 4) -> Histories:
    """Executions as (activity, start, end) in microseconds; a case is accepted at its first start."""
    rows = [row for case in cases for row in case]
    activity, start, end = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    closed = [max(row[2] for row in case) for case in cases]
    return Histories(
        tuple("abcdefgh"[:kinds]),
        np.append(0, np.cumsum([len(case) for case in cases])),
        activity.astype(np.int32),
        start,
        end,
        np.array([case[0][1] for case in cases]),
        np.array([at if over is None or over[i] else NAT for i, at in enumerate(closed)]),
    )


def working_log(n: int, seed: int = 1) -> Histories:
    """Cases that arrive on weekdays from 9 to 17; a, then b or c with chance, then d; waits of some hours."""
    rng = np.random.default_rng(seed)
    cases = []
    for i in range(n):
        at = MONDAY + (i // 8 // 5 * 7 + i // 8 % 5) * DAY_US + int(rng.uniform(9, 16) * HOUR_US)
        case = [(0, at, at + int(rng.uniform(0.2, 0.8) * HOUR_US))]
        for activity in [1, 3] if rng.random() < 0.7 else [2, 2, 3]:
            begins = case[-1][2] + int(rng.exponential(20 if activity == 2 else 5) * HOUR_US)
            hour = begins % DAY_US // HOUR_US
            begins += (9 - hour) * HOUR_US if hour < 9 else (33 - hour) * HOUR_US if hour >= 17 else 0
            begins += max((begins // DAY_US + 3) % 7 - 4, 0) * DAY_US
            case.append((activity, begins, begins + int(rng.uniform(0.1, 0.5) * HOUR_US)))
        cases.append(case)
    return log_of(cases)


@pytest.fixture(scope="module")
def found() -> Found:
    log = working_log(600)
    return find(log, int(log.end.max()))


SEQUENCES = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=60)


@given(SEQUENCES, st.data())
def test_a_state_is_the_longest_frequent_run_and_known_from_the_one_before(
    sequences: list[list[int]], data: st.DataObject
) -> None:
    """Against counting by hand; and the state after an execution is a function of the one before it and its symbol."""
    waiting = np.array(data.draw(st.lists(st.booleans(), min_size=len(sequences), max_size=len(sequences))))
    first = np.append(0, np.cumsum([len(s) for s in sequences]))
    found = Contexts.fit(np.array([x for s in sequences for x in s], np.int64), first, waiting)
    counted: dict[tuple[int, ...], int] = {}
    for sequence, waits in zip(sequences, waiting, strict=True):
        whole = (BEGIN, *sequence)
        for end in range(2, len(whole) + (not waits)):
            for begin in range(max(0, end - LONGEST), end):
                counted[whole[begin:end]] = counted.get(whole[begin:end], 0) + 1
    following: dict[tuple[int, int], int] = {}
    for i, sequence in enumerate(sequences):
        whole = (BEGIN, *sequence)
        before = BEGIN
        for j in range(len(sequence)):
            runs = [whole[begin : j + 2] for begin in range(max(0, j + 2 - LONGEST), j + 2)]
            longest = next((r for r in runs[:-1] if counted.get(r, 0) >= OFTEN), runs[-1])
            state = int(found.state[first[i] + j])
            assert found.of[longest] == state == found.after(sequence[: j + 1])
            assert following.setdefault((before, sequence[j]), state) == state or before == BEGIN
            before = state


def test_weights_of_censored_waits_are_those_of_kaplan_and_meier() -> None:
    """Remission times of 21 patients (Freireich et al. 1963; Kaplan-Meier in any textbook): S(6) = 0.857, S(7) = 0.807,
    S(10) = 0.753, S(13) = 0.690, S(16) = 0.627, S(22) = 0.538; behind the last the rest counts as the last."""
    seen = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23])
    pending = np.array([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
    weight = weights(seen, np.ones(seen.size), pending, np.ones(pending.size))
    assert weight.sum() == pytest.approx(21)
    survival = [1 - weight[seen <= t].sum() / 21 for t in (6, 7, 10, 13, 16, 22)]
    assert survival == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538], abs=5e-4)


def test_distances_of_two_logs_by_hand() -> None:
    """One case each, a b against a c, an hour later, c two hours longer.

    3-grams, padded by two on both sides: (^ ^ a) is in both; (^ a b), (a b $), (b $ $) against three others: 6 of 8
    apart. Instants 9 10 10 11 against 10 11 11 14 h: (1 + 1 + 1 + 3) / 4. From the begin 0 1 1 2 against 0 1 1 4:
    2 / 4. Cycle time 2 against 4 h. All on one Monday, the other days empty in both: 1.5 / 7.
    """
    h = HOUR_US
    one = log_of([[(0, MONDAY + 9 * h, MONDAY + 10 * h), (1, MONDAY + 10 * h, MONDAY + 11 * h)]])
    other = log_of([[(0, MONDAY + 10 * h, MONDAY + 11 * h), (2, MONDAY + 11 * h, MONDAY + 14 * h)]])
    assert distances(one, other) == pytest.approx(
        {"NGD": 6 / 8, "AED": 1.5, "CED": 1.5 / 7, "RED": 0.5, "CTD": 2.0, "CAR": 1.0}
    )
    assert set(distances(one, one).values()) == {0.0}


def test_a_day_of_the_week_that_one_log_alone_has_is_23_hours_apart() -> None:
    monday, tuesday = (log_of([[(0, day, day)]]) for day in (MONDAY, MONDAY + DAY_US))
    assert distances(monday, tuesday)["CED"] == pytest.approx(2 * 23 / 7)


def test_a_short_log_has_opening_hours_too() -> None:
    """Eight weeks, and three: what is around a day is what there is of it."""
    for days in (56, 21):
        monday_to_friday = [MONDAY + day * DAY_US for day in range(days) if day % 7 < 5]
        instants = np.array([day + 9 * HOUR_US + i * HOUR_US // 4 for day in monday_to_friday for i in range(32)])
        hours = fit_calendar(instants, statutory=False).spec.hours
        assert hours is not None
        assert [bool(hours.of_weekday(day)) for day in range(7)] == [True] * 5 + [False] * 2


def test_what_is_found_simulates_alike_in_both_engines_from_open_cases_on_within_a_day(found: Found) -> None:
    """A run that begins at an instant of its first day (``study.at``) is the same in both engines, and nothing in it
    begins before that instant but what was open."""
    log = working_log(600)
    at = MONDAY + 50 * DAY_US + 11 * HOUR_US + 123_456
    parts = log.rows(log.end <= at, log.begun <= at)
    known = Histories(**{**parts.__dict__, "over": np.where(parts.last < parts.over, NAT, parts.over)})
    opening = drawn(places(found, known, at), known, np.random.default_rng(1))
    assert len(opening) > 3
    scenario = scenario_of(found, at, at + 20 * DAY_US).opening_with(opening)
    fast, slow = simulate(scenario, 1, 0), reference.simulate(scenario, 1, 0)
    assert first_difference(slow, fast) is None
    assert fast.begin == at
    assert (fast.end[fast.is_kind("wait") & (fast.end != NAT)] >= at).all()
    assert (fast.cases.accepted < at).sum() == len(opening)


def test_runs_of_what_is_found_are_as_near_as_the_log_is_to_another_of_its_kind(found: Found) -> None:
    """The log of a known process, the process found in it, and a fresh log: the run is no farther from the fresh log
    than half as far again as the first log is, in order, cycle times and times since the begin."""
    first, fresh = working_log(600), working_log(600, seed=2)
    scenario = scenario_of(found, MONDAY, int(first.accepted.max()), run_out_days=60)
    simulated = [run(found, scenario, (), 1, i) for i in range(4)]
    near, own = mean([distances(fresh, one) for one in simulated]), distances(fresh, first)
    assert near["NGD"] < 1.5 * own["NGD"] + 0.05
    assert near["CTD"] < 1.5 * own["CTD"] + 2
    assert near["RED"] < 1.5 * own["RED"] + 2


def test_a_split_knows_nothing_of_what_comes_after_it() -> None:
    """Cases begun later are not there, executions that end later neither, and a case that ends later is open."""
    log = working_log(200)
    parts = split(log)
    assert (parts.known.end <= parts.cut).all()
    assert (parts.known.begun <= parts.cut).all()
    assert (parts.later.end > parts.cut).all()
    assert ((parts.known.over == NAT) | (parts.known.over <= parts.cut)).all()
    assert parts.known.end.size + parts.later.end.size == log.end.size
    assert not parts.tells_open
    again = redrawn(parts, np.random.default_rng(1))
    assert (again.end > parts.cut).all()
    assert (again.end <= parts.end).all()


def test_unfinished_cases_are_left_out_behind_the_cut() -> None:
    log = log_of([[(0, 0, HOUR_US), (1, 2 * HOUR_US, 9 * HOUR_US)], [(0, HOUR_US, 3 * HOUR_US)]])
    later = behind(log, HOUR_US, 4 * HOUR_US)
    assert later.sequences() == [(0,)]
    assert n_gram(later, later) == 0


def test_a_closed_day_on_which_somebody_works_now_and_then_opens_for_as_little() -> None:
    """Mondays to Fridays 09-17, 2,400 instants, and 6 on Sundays around noon: 40 h / 2400 * 6 = 6 minutes."""
    spec = CalendarSpec.model_validate({"name": "x", "statutory": False, "hours": {"workdays": ["09:00-17:00"]}})
    week = [MONDAY + day * DAY_US + 10 * HOUR_US for day in range(5)] * 480
    sundays = [MONDAY + 6 * DAY_US + 12 * HOUR_US + i for i in range(6)]
    found = with_odd_days(spec, np.array([*week, *sundays]))
    assert found.hours is not None
    assert [str(shift) for shift in found.hours.of_weekday(6)] == ["12:00-12:06"]
    assert found.hours.of_weekday(5) == ()
    assert with_odd_days(spec, np.array(week)) is spec


def test_arrivals_that_changed_their_level_count_from_the_change_on() -> None:
    """Ten a day for 200 days, then two a day for 200: what foretells best is not all of the past."""
    days = np.concatenate([np.repeat(np.arange(200), 10), np.repeat(np.arange(200, 400), 2)])
    assert level_window(days * DAY_US, 400 * DAY_US) >= 180 * DAY_US
    assert level_window(np.arange(400) * DAY_US, 400 * DAY_US) == 0


def test_a_process_that_changed_forgets_what_was_before_and_one_that_did_not_uses_all_of_its_log() -> None:
    """In the second log c follows a instead of b from three fifths on."""
    steady, changed = (
        log_of([[(0, i * HOUR_US, i * HOUR_US), (kind(i), (i + 1) * HOUR_US, (i + 2) * HOUR_US)] for i in range(400)])
        for kind in (lambda i: 1 + i % 2, lambda i: 1 + (i >= 240))
    )
    of = [half_life(log, log.end - log.start, int(log.end.max())) for log in (steady, changed)]
    assert of[0] >= 1
    assert of[1] <= 1 / 6


def export(path: Path, log: Histories) -> Path:
    """The log as a CSV file."""
    stamp = [np.datetime_as_string(column.astype("datetime64[us]"), "us") for column in (log.start, log.end)]
    rows = zip(log.case.tolist(), log.activity.tolist(), *stamp, strict=True)
    path.write_text(
        "case_id,activity,start_time,end_time\n" + "".join(f"{c},{log.names[a]},{s},{e}\n" for c, a, s, e in rows)
    )
    return path


def test_discover_writes_a_folder_that_checks_and_validate_says_whether_to_believe_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The walk-through of the README: discover, check, validate; the folder is not overwritten."""
    file = str(export(tmp_path / "log.csv", working_log(300)))
    folder = str(tmp_path / "found")
    assert shixian(["discover", file, "--out", folder, "--lang", "en"]) == 0
    assert shixian(["check", folder]) == 0
    assert shixian(["discover", file, "--out", folder, "--lang", "en"]) == 2
    assert "the folder is not empty" in capsys.readouterr().err
    told = tmp_path / "v.json"
    assert shixian(["validate", file, "--runs", "2", "--json", str(told), "--lang", "zh"]) == 0
    assert "该模型" in capsys.readouterr().out
    found = json.loads(told.read_text())
    assert found["may_be_used"] == (found["within_mark"] >= 4)
    assert set(found["mark"]) == set(MARKED)


def test_a_log_of_a_few_cases_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(export(tmp_path / "log.csv", working_log(10)))
    for command in (["discover", file, "--out", str(tmp_path / "x")], ["validate", file]):
        assert shixian([*command, "--lang", "en"]) == 2
        assert "too few cases" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the public logs are not on this machine")
@pytest.mark.parametrize("name", ["receipt", "ACR", "BPIC_2012_W", "T_BPIC15_1"])
def test_what_is_found_in_real_logs_is_within_four_of_five_marks(name: str) -> None:
    """The marks of data/FIDELITY.md, like for like: ten runs of one fit each, one set of defaults."""
    assert fidelity(histories(LOGS[name])).within_mark >= 4
