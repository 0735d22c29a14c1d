"""Changes of numbers and attributes: old and new, with the range that their evidence leaves."""

from __future__ import annotations

from typing import Any

import pytest

from sim.engine.arrivals import arrivals
from sim.errors import InputError
from sim.model.base import Model
from sim.model.law_forms import LawForm
from sim.model.laws import Mixture
from sim.model.reforms.change import Change
from tests.reform_models import change, clock_change, flow_of, folder, step_of, with_flow
from tests.tiny import clock


@pytest.fixture(scope="module")
def model() -> Model:
    return folder().base()


def done(model: Model, one: Change) -> Model:
    """The model after a change, which leaves the flow as it was and says what it is in both languages."""
    before = model.model_dump_json()
    after = one.apply(model)
    assert model.model_dump_json() == before
    assert after != model
    assert flow_of(after) == flow_of(model)
    assert all(one.describe(model))
    return after


def after(model: Model, **written: Any) -> Model:
    return done(model, change(**written))


def refused(model: Model, one: Change) -> str:
    with pytest.raises(InputError) as error:
        one.apply(model)
    assert error.value.path == (one.key(),)
    return error.value.message("en")


def law_after(law: Any, /, **written: Any) -> LawForm:
    model = with_flow({"wait": "a", "takes": law})
    found: LawForm = step_of(after(model, duration="connect/a", **written), "a").takes
    return found


def test_a_factor_multiplies_every_number_of_a_law_and_its_range() -> None:
    assert law_after(
        {"p10": "1 d", "p50": "2 d", "p90": "5 d", "assumption": ["1 d", "3 d"]}, factor=0.6
    ).describe().en == ("10% within 0.6 calendar days, half within 1.2 calendar days, 90% within 3 calendar days")
    law = law_after({"mean": "10 d", "sd": "4 d", "plan": "(六)11"}, factor={"value": 0.5, "assumption": [0.4, 0.8]})
    assert law.describe().en == "mean 5 calendar days, sd 2 calendar days"
    assert law.plan is None
    assert [str(bound) for bound in law.range or ()] == ["4 d", "8 d"]


def test_a_number_of_the_plan_that_a_reform_multiplies_is_an_assumption() -> None:
    assert law_after({"fixed": "4 h", "plan": "(六)11"}, factor=0.5).kind == "assumption"


def test_a_factor_leaves_the_limit_on_a_wait() -> None:
    assert str(law_after({"mean": "10 d", "cv": 0.5, "at_most": "20 d"}, factor=0.5).at_most) == "20 d"


@pytest.mark.parametrize(
    ("law", "narrow"),
    [
        ("2 h", "2 h"),
        ({"mean": "2 h", "cv": 0.8}, "mean 2 h, cv 0.4"),
        ({"mean": "2 h", "sd": "1 h"}, "mean 2 h, sd 0.5 h"),
        ({"mean": "2 h", "law": "exponential"}, "mean 2 h, cv 0.5, gamma"),
        ({"uniform": ["1 h", "3 h"]}, "uniform between 1.5 h and 2.5 h"),
        ({"fastest": "1 h", "usual": "2 h", "slowest": "6 h"}, "fastest 1.5 h, usually 2 h, slowest 4 h"),
        ({"p10": "1 h", "p50": "4 h", "p90": "9 h"}, "10% within 2 h, half within 4 h, 90% within 6 h"),
        ({"values": ["1 h", "3 h"]}, "2 values between 1.5 h and 2.5 h"),
        ({"quantiles": {"0%": "0 h", "100%": "4 h"}}, "0% 1 h, 100% 3 h"),
    ],
)
def test_standardised_work_varies_half_as_much_about_the_same_middle(law: Any, narrow: str) -> None:
    one = change(duration="connect/a", spread=0.5)
    model = with_flow({"wait": "a", "takes": law})
    assert step_of(one.apply(model), "a").takes.describe().en == narrow


def test_the_parts_of_a_mixture_change_each() -> None:
    law = {"mixture": [{"share": "80%", "of": "2 h"}, {"share": "20%", "of": {"mean": "4 h", "cv": 1}}]}
    result = law_after(law, factor=0.5, spread=0.5)
    assert isinstance(result, Mixture)
    assert [part.of.describe().en for part in result.mixture] == ["1 h", "mean 2 h, cv 0.5"]


def test_a_mean_keeps_the_relative_spread_and_a_spread_the_mean() -> None:
    assert law_after({"mean": "4 h", "sd": "2 h"}, mean="2 h").describe().en == "mean 2 h, cv 0.5"
    assert law_after({"mean": "4 h", "sd": "2 h"}, cv=0.2).describe().en == "mean 4 h, cv 0.2"
    assert law_after({"mean": "4 h", "cv": 0.5}, mean="1 h", cv=0.1).describe().en == "mean 1 h, cv 0.1"
    assert law_after("4 h", mean="2 h").describe().en == "2 h"


def test_a_mean_of_a_law_that_has_none_written_is_refused() -> None:
    model = with_flow({"wait": "a", "takes": {"p10": "1 h", "p50": "2 h", "p90": "3 h"}})
    assert "use factor or spread" in refused(model, change(duration="connect/a", mean="1 h"))


def test_a_whole_law_is_another_with_its_own_evidence() -> None:
    law = law_after("4 h", law={"mean": "1 h", "cv": 0.5, "log": ["50 min", "70 min"]})
    assert (law.describe().en, law.kind) == ("mean 1 h, cv 0.5", "log")


def test_a_factor_for_some_cases_is_a_factor_by_attribute(model: Model) -> None:
    once = after(model, duration="connect/scheme", factor=0.5, by="size", when="short")
    twice = after(once, duration="connect/scheme", factor=0.5, by="size", when=["short", "long"])
    factor = step_of(twice, "scheme").factor
    assert (factor.attribute, {value: figure.value for value, figure in factor.values.items()}) == (
        "size",
        {"short": 0.25, "long": 0.5},
    )
    assert "another attribute" in refused(once, change(duration="connect/scheme", factor=2, by="kind", when="x"))


def test_a_session_has_no_duration_of_its_own(model: Model) -> None:
    assert "session: {length}" in refused(model, change(duration="connect/joint", factor=0.5))


def test_rework_changes_in_share_return_point_and_number(model: Model) -> None:
    one = change(rework="connect/scheme", share="12%", back_to="accept", at_most=2)
    assert all(one.describe(model))
    rework = step_of(one.apply(model), "scheme").rework
    assert ([share.value for share in rework.share], rework.back_to, rework.at_most) == ([0.12], "accept", 2)


def test_a_factor_multiplies_the_share_of_every_visit(model: Model) -> None:
    rework = step_of(after(model, rework="connect/scheme", factor=0.5), "scheme").rework
    assert [share.value for share in rework.share] == [0.05, 0.025]


def test_rework_can_come_in_where_there_was_none(model: Model) -> None:
    assert step_of(after(model, rework="connect/works", share="5%"), "works").rework.share[0].value == 0.05
    assert "has no rework" in refused(model, change(rework="connect/works", factor=0.5))


def servers(model: Model, pool: str) -> list[tuple[int, Any]]:
    return [(group.servers.value, group.servers.assumption) for group in model.pools[pool].groups]


def test_servers_are_set_added_and_multiplied_with_their_ranges(model: Model) -> None:
    assert servers(after(model, servers="managers", to={"value": 6, "plan": "(六)11"}), "managers") == [(6, None)]
    assert servers(after(model, servers="managers", add=-1), "managers") == [(3, True)]
    assert servers(after(model, servers="crews", group=1, add=2), "crews") == [(5, (4, 6)), (1, None)]
    assert servers(after(model, servers="crews", group=2, factor=2.5), "crews") == [(3, (2, 4)), (3, True)]


def test_a_pool_of_several_groups_wants_to_know_which(model: Model) -> None:
    assert "the pool has 2 groups" in refused(model, change(servers="crews", add=1))
    assert "fewer than none" in refused(model, change(servers="managers", add=-5))
    assert "did you mean crews?" in refused(model, change(servers="crew", add=1))


def test_hand_over_and_speed_are_of_a_group(model: Model) -> None:
    assert after(model, shift_hand_over="managers", to=True).pools["managers"].groups[0].hand_over
    assert after(model, speed="crews", group=2, to=1.25).pools["crews"].groups[1].speed.value == 1.25


def test_pools_merge_and_all_who_needed_them_need_the_one(model: Model) -> None:
    one = change(merge_pools=["managers", "crews"], into="teams", name="综合班组")
    assert all(one.describe(model))
    merged = one.apply(model)
    assert [group.servers.value for group in merged.pools["teams"].groups] == [4, 3, 1]
    assert list(merged.pools) == ["teams"]
    assert [(need.pool, need.n) for need in step_of(merged, "accept").by] == [("teams", 1)]
    assert [(need.pool, need.n) for need in step_of(merged, "works").by] == [("teams", 2)]


def test_merged_pools_that_differ_in_owner_have_to_say_whose_they_are(model: Model) -> None:
    pool = {"name": "窗口", "owner": "office", "servers": 1, "calendar": "office-hours"}
    other = folder(pools={**folder().pools, "windows": pool}).base()
    assert "say it with name" in refused(other, change(merge_pools=["managers", "windows"], into="new"))
    assert "say it with owner" in refused(other, change(merge_pools=["managers", "windows"], into="managers"))
    merged = change(merge_pools=["managers", "windows"], into="managers", owner="office").apply(other)
    assert merged.pools["managers"].owner == "office"


def test_somebody_else_does_a_step_or_is_responsible_for_it(model: Model) -> None:
    assigned = after(model, assign="connect/scheme", by="crews")
    assert [need.pool for need in step_of(assigned, "scheme").by] == ["crews"]
    assert step_of(after(model, assign="connect/road", owner="utility"), "road").owner == "utility"
    assert "only work is done by pools" in refused(model, change(assign="connect/road", by="crews"))
    assert "no such owner" in refused(model, change(assign="connect/road", owner="nobody"))


def test_queues_and_priorities_change(model: Model) -> None:
    ordered = after(model, queue_order=["managers", "review"], to="earliest-due", strict=True)
    assert (ordered.pools["managers"].discipline, ordered.pools["managers"].strict) == ("earliest-due", True)
    assert ordered.sessions["review"].discipline == "earliest-due"
    first = after(model, priority=["connect/works", "large"], to=-1)
    assert (step_of(first, "works").priority, first.sources["large"].priority) == (-1, -1)


def test_pools_and_waits_run_on_another_calendar(model: Model) -> None:
    moved = after(model, work_calendar=["managers", "connect/green"], to="long-hours")
    assert (moved.pools["managers"].groups[0].calendar, step_of(moved, "green").calendar) == ("long-hours",) * 2
    assert "did you mean long-hours?" in refused(model, change(work_calendar="managers", to="long-hour"))


def test_hours_are_extended_in_every_season(model: Model) -> None:
    longer = after(model, open_hours="office-hours", hours={"workdays": "08:00-20:00", "sat": "08:30-12:00"})
    spec = longer.calendars["office-hours"]
    assert [str(shift) for shift in spec.hours.workdays] == ["08:00-20:00"]
    assert [str(shift) for shift in spec.hours.sat] == ["08:30-12:00"]
    assert [str(shift) for shift in spec.seasons[0].hours.workdays] == ["08:00-20:00"]
    assert spec.seasons[0].hours.sat is None


def test_closures_fall_away_and_openings_come_in(model: Model) -> None:
    opening = {"date": "2021-06-05", "hours": "09:00-12:00"}
    spec = after(model, open_hours="office-hours", no_longer="frost", openings=[opening]).calendars["office-hours"]
    assert (spec.closures, len(spec.openings)) == ((), 1)
    assert "did you mean frost?" in refused(model, change(open_hours="office-hours", no_longer="frosty"))


def test_the_clock_of_the_law_keeps_its_hours_when_an_office_opens_longer(model: Model) -> None:
    before = model.calendars["legal"].resolved(model.calendars)
    longer = after(model, open_hours="office-hours", hours={"sat": "08:30-12:00"})
    assert longer.calendars["legal"].resolved(longer.calendars) == before
    assert "does not change with the process" in refused(
        model, change(open_hours="legal", hours={"sat": "09:00-12:00"})
    )


def test_sessions_are_held_at_other_times_with_other_limits(model: Model) -> None:
    session = after(model, session="review", on=["tue", "fri"], capacity=30, cut_off="2 wd").sessions["review"]
    assert (session.on.value, session.capacity.value, str(session.cut_off.value)) == (("tue", "fri"), 30, "2 wd")
    monthly = after(model, session="review", days=[1, 15]).sessions["review"]
    assert (monthly.on, monthly.days.value) == (None, (1, 15))


def test_the_limit_on_a_session_can_be_lifted(model: Model) -> None:
    limited = after(model, session="review", capacity=3)
    assert after(limited, session="review", capacity=None).sessions["review"].capacity is None


def test_more_cases_come_or_others(model: Model) -> None:
    source = after(model, arrivals="small", factor=1.5).sources["small"]
    assert (source.per_year.value, source.per_year.assumption) == (450, (300, 600))
    assert after(model, arrivals="small", per_year=500).sources["small"].per_year.value == 500
    assert after(model, arrivals="small", months=[1] * 11 + [2]).sources["small"].months.value == (1,) * 11 + (2,)


def test_a_reform_may_bring_exactly_these_cases(model: Model) -> None:
    three = [{"accepted": "2021-06-30 11:40", "n": 3, "attributes": {"size": "long"}}]
    source = after(model, arrivals="small", listed=three).sources["small"]
    assert source.per_year is None
    found = [case for case in arrivals("small", source, None, 1, 0, model.study.window) if case.source == "small"]
    assert [(clock(case.instant), case.attributes["size"]) for case in found] == [("06-30 11:40", "long")] * 3
    assert [case.label for case in found] == ["small-000001", "small-000002", "small-000003"]


def test_the_values_of_an_attribute_have_other_shares_or_an_attribute_is_new(model: Model) -> None:
    sources = after(model, mix="small", attribute="size", shares={"short": "70%", "long": "30%"}).sources
    shares = sources["small"].attributes["size"]
    assert {value: share.value for value, share in shares.items()} == {"short": 0.7, "long": 0.3}
    new = after(model, mix=["small", "large"], attribute="credit", shares={"good": "90%", "listed": "10%"})
    assert list(new.sources["large"].attributes) == ["credit"]


def test_classes_share_the_same_number_of_cases_differently(model: Model) -> None:
    mixed = after(model, class_mix={"small": "50%", "large": "50%"}).sources
    assert [(mixed[id_].per_year.value, mixed[id_].per_year.assumption) for id_ in ("small", "large")] == [
        (200, (150, 250)),
        (200, (150, 250)),
    ]


def test_the_promise_and_the_reading_that_decides_change_apart_from_the_process(model: Model) -> None:
    limit = done(model, clock_change(limit="E1", value="8 wd", tolerance="5%", default_reading="elapsed")).limits["E1"]
    assert (str(limit.value), limit.tolerance) == ("8 wd", 0.05)
    assert [reading.role for reading in limit.readings] == ["plausible", "default"]
    assert "did you mean elapsed?" in refused(model, clock_change(limit="E1", default_reading="elapse"))


def test_a_clock_counts_something_else(model: Model) -> None:
    counted = done(model, clock_change(limit_clock="E1", **{"except": {"owners": "customer"}}))
    assert counted.limits["E1"].clock.except_.owners == ("customer",)
    assert counted.limits["E1"].clock.stop.step == "power-on"
    selected = clock_change(limit_clock="E1", of_reading="elapsed", count={"owners": "utility"}, stop={"end": "works"})
    clock = done(counted, selected).limits["E1"].readings[1].clock
    assert (clock.count.owners, clock.except_, clock.stop.step) == (("utility",), None, "works")


def test_a_reading_counts_in_another_unit(model: Model) -> None:
    limit = done(model, clock_change(reading="E1/whole", unit="fraction", per="stage")).limits["E1"]
    assert (limit.readings[0].unit, limit.readings[0].per) == ("fraction", "stage")


def test_a_step_is_called_another_owners_time(model: Model) -> None:
    one = clock_change(reclassify=["connect/scheme", "connect/road"], owner="customer", stage="works-stage")
    called = done(model, one)
    assert [(step_of(called, id_).owner, step_of(called, id_).stage) for id_ in ("scheme", "road")] == [
        ("customer", "works-stage")
    ] * 2
    assert "the handling stays as it is" in one.describe(model).en
