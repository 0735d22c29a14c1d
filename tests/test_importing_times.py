"""Times as exports write them."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.importing.times import TimeColumn
from sim.errors import InputError
from sim.eventlog import NAT


def read(cells: list[str | None], **more: str) -> tuple[list[str], dict[str, int]]:
    """Each cell's time, ``wrong`` or nothing; and the counts of what was found."""
    column = TimeColumn("受理时间", **more)  # type: ignore[arg-type]
    wrong: list[bool] = []
    for first in range(0, len(cells), 3):
        some = cells[first : first + 3]
        wrong += column.read(pa.array(some, pa.string()), np.arange(first + 2, first + 2 + len(some))).tolist()
    times = column.settled()
    shown = [
        "wrong" if bad else "" if time == NAT else str(np.datetime64(int(time), "us"))
        for time, bad in zip(times, wrong, strict=True)
    ]
    return shown, column.findings.counts()


@pytest.mark.parametrize(
    ("cell", "time"),
    [
        ("2021-06-04", "2021-06-04T00:00:00"),
        ("2021/6/4", "2021-06-04T00:00:00"),
        ("2021.6.4", "2021-06-04T00:00:00"),
        ("20210604", "2021-06-04T00:00:00"),
        ("202106041430", "2021-06-04T14:30:00"),
        ("20210604143005", "2021-06-04T14:30:05"),
        ("20210604 14:30", "2021-06-04T14:30:00"),
        ("2021年6月4日", "2021-06-04T00:00:00"),
        ("2021年6月4日 下午3时05分", "2021-06-04T15:05:00"),
        ("2021年06月04日下午3:05:07", "2021-06-04T15:05:07"),
        ("2021年6月4日15时", "2021-06-04T15:00:00"),
        ("2021/6/4 上午 9:05", "2021-06-04T09:05:00"),
        ("2021/6/4 上午12:05", "2021-06-04T00:05:00"),
        ("2021/6/4 下午12:05", "2021-06-04T12:05:00"),
        ("2021-6-4 中午1:10", "2021-06-04T13:10:00"),
        ("2021-6-4 晚上8:10", "2021-06-04T20:10:00"),
        ("2021/6/4 2:30 PM", "2021-06-04T14:30:00"),
        ("2021-06-04(星期五) 08:00", "2021-06-04T08:00:00"),
        ("2021-06-04T14:30:05.123456", "2021-06-04T14:30:05.123456"),
        ("2021-06-04 14:30:05.5", "2021-06-04T14:30:05.500000"),
        ("2021-06-04T14:30:05.1234567", "2021-06-04T14:30:05.123456"),
        ("2021-06-04T06:30:00Z", "2021-06-04T14:30:00"),
        ("2021-06-04 08:30:00+02:00", "2021-06-04T14:30:00"),
        ("2021-06-04 08:30:00.000+0200", "2021-06-04T14:30:00"),
        ("2021-06-04 14:30:60", "2021-06-04T14:31:00"),
        ("2021-06-04 24:00", "2021-06-05T00:00:00"),
        ("44351.604166666664", "2021-06-04T14:30:00"),
        ("44351", "2021-06-04T00:00:00"),
        ("1622788200", "2021-06-04T14:30:00"),
        ("1622788200123", "2021-06-04T14:30:00.123000"),
        ("4-Jun-21", "2021-06-04T00:00:00"),
        ("Jun 4, 2021 2:30 PM", "2021-06-04T14:30:00"),
        ("13/06/2021 14:30", "2021-06-13T14:30:00"),
        ("06/13/2021", "2021-06-13T00:00:00"),
        ("２０２１－０６－０４\u3000１４：３０", "2021-06-04T14:30:00"),
        ("2021-06-04\u00a014:30", "2021-06-04T14:30:00"),
        ("2020-02-29", "2020-02-29T00:00:00"),
    ],
)
def test_a_time_is_read_in_every_usual_style(cell: str, time: str) -> None:
    shown, _ = read([cell])
    assert [np.datetime64(each, "us") for each in shown] == [np.datetime64(time, "us")]


NOTHING = (
    "无|—|/|-|N/A|null|NULL|待定|9999-12-31|9999-12-31 23:59:59|1900-01-01|1900/1/0|0001-01-01 00:00:00|0000-00-00"
)
WRONG = "2021-02-30|2021-13-01|2021-06-04 25:00|2021-06-04 14:60|2021-06|明天|2301-01-01|1888-06-04|210604"


@pytest.mark.parametrize("cell", [*NOTHING.split("|"), "1970-01-01 08:00:00"])
def test_words_and_dates_for_nothing_are_nothing_and_counted(cell: str) -> None:
    shown, counts = read([cell, None, "2021-06-04"])
    assert shown[:2] == ["", ""]
    assert counts.get("missing-word", 0) + counts.get("sentinel-date", 0) == 1


@pytest.mark.parametrize("cell", WRONG.split("|"))
def test_what_is_no_time_is_wrong_and_never_guessed(cell: str) -> None:
    assert read([cell, "2021-06-04"])[0][0] == "wrong"


def test_mixed_styles_are_all_read_and_counted() -> None:
    shown, counts = read(["2021-06-04", "2021-06-05", "2021/6/6", "44354", "２０２１-06-08"])
    assert [each[:10] for each in shown] == ["2021-06-04", "2021-06-05", "2021-06-06", "2021-06-07", "2021-06-08"]
    assert counts == {"excel-serial": 1, "full-width": 1, "date-styles": 2}


def test_the_whole_column_decides_which_number_is_the_day() -> None:
    shown, counts = read(["03/04/2021", "04/04/2021", "05/04/2021", "05/04/2021", "25/04/2021"])
    assert [each[:10] for each in shown] == ["2021-04-03", "2021-04-04", "2021-04-05", "2021-04-05", "2021-04-25"]
    assert counts == {"date-order": 5}


@pytest.mark.parametrize("cells", [["03/04/2021"], ["13/04/2021", "04/13/2021"]])
def test_day_and_month_that_cannot_be_told_apart_are_refused_with_the_cure(cells: list[str | None]) -> None:
    with pytest.raises(InputError) as refused:
        read(cells)
    assert "dates" in refused.value.cure.zh and refused.value.value == cells[0]
    assert read(["03/04/2021"], order="month-first")[0] == ["2021-03-04T00:00:00.000000"]


def test_years_of_two_digits_need_the_order_and_are_then_repaired_and_counted() -> None:
    with pytest.raises(InputError, match="two digits"):
        read(["21-06-04"])
    assert read(["21-06-04"], order="year-first") == (["2021-06-04T00:00:00.000000"], {"two-digit-year": 1})
    assert read(["04.06.21"], order="day-first")[0] == ["2021-06-04T00:00:00.000000"]


def test_times_with_and_without_an_offset_of_a_zone_that_is_given_are_its_local_times() -> None:
    cells: list[str | None] = ["2021-06-04T06:30:00Z", "2021-06-04 14:30:00"]
    assert read(cells, zone="Asia/Shanghai")[0] == ["2021-06-04T14:30:00.000000"] * 2


def test_aware_times_follow_the_summer_time_of_the_zone_named() -> None:
    shown, counts = read(["2011-10-11T11:42:00Z", "2011-12-06T12:41:00Z"], zone="Europe/Amsterdam")
    assert shown == ["2011-10-11T13:42:00.000000", "2011-12-06T13:41:00.000000"]
    assert counts["zone-converted"] == 2


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match="zone"):
        read(["2021-06-04"], zone="Asia/Baotou")


STYLES = (
    lambda t: t.isoformat(" "),
    lambda t: t.isoformat(),
    lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t.minute:02}:{t.second:02}",
    lambda t: f"{t.year}.{t.month}.{t.day} {t.hour:02}:{t.minute:02}:{t.second:02}",
    lambda t: t.strftime("%Y%m%d%H%M%S"),
    lambda t: f"{t.year}年{t.month}月{t.day}日 {t.hour}时{t.minute}分{t.second}秒",
    lambda t: f"{t.year}年{t.month:02}月{t.day:02}日 {'上下'[t.hour // 12]}午{(t.hour - 1) % 12 + 1}:{t:%M:%S}",
    lambda t: t.strftime("%d-%b-%Y %H:%M:%S"),
    lambda t: repr((t - datetime(1899, 12, 30)) / timedelta(days=1)),
    lambda t: str(int((t - datetime(1970, 1, 1, 8)).total_seconds())),
    lambda t: f"{(t - timedelta(hours=6)).isoformat()}+02:00",
)  # fmt: skip
INSTANTS = st.datetimes(datetime(2001, 10, 1), datetime(2060, 1, 1)).map(lambda t: t.replace(microsecond=0))


@given(st.lists(st.tuples(INSTANTS, st.integers(0, len(STYLES) - 1)), min_size=1, max_size=8))
def test_times_written_in_any_mixture_of_styles_are_read_back(given_: list[tuple[datetime, int]]) -> None:
    shown, _ = read([STYLES[style](instant) for instant, style in given_], zone="Asia/Shanghai")
    assert [np.datetime64(each, "us") for each in shown] == [np.datetime64(instant, "us") for instant, _ in given_]


@settings(max_examples=50)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_any_text_is_read_told_or_refused(cells: list[str]) -> None:
    with suppress(InputError):
        assert len(read([cell or None for cell in cells])[0]) == len(cells)
