"""``shixian staff``: the fewest people that keep a limit."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import run
from sim.decide.staff import connected, fewest
from sim.errors import InputError
from sim.model.scenario import Folder
from tests.studies import LIMIT, folder, study

EXAMPLE = str(Path(__file__).resolve().parent.parent / "scenarios" / "example")
BY_THE_HOUR = [{"id": "hours", "name": "h", "role": "default", "unit": "hours"}]


def queue(servers: int = 5, **limit) -> Folder:
    """4.5 arrivals a day, service one day on average, day and night."""
    flow = [{"step": "desk", "by": "clerks", "stage": "desk", "effort": {"mean": "24 h", "law": "exponential"}}]
    always = {"name": "a", "same_as": "always"}
    return folder(
        flow,
        sources={"s": {"name": "s", "process": "p", "every": f"{24 / 4.5!r} h"}},
        calendars={"office": always, "legal": always},
        pools={"clerks": {"name": "c", "owner": "utility", "servers": servers, "calendar": "always"}},
        study={"from": "2016-01-01", "to": "2025-12-31", "warm_up_years": 1, "run_out": "60 d"},
        limits={"L1": LIMIT | {"value": "3.2 d", "readings": BY_THE_HOUR} | limit},
    )


def test_an_m_m_c_queue_needs_the_seven_servers_of_its_closed_form():
    """Erlang: 95% within 3.2 days in the system takes 7 servers (95.34%), 6 give 93.18%; 5 barely do the work."""
    its = queue(statistic={"kind": "share", "share": "95%"}).scenario("before")
    found = fewest(its, "L1", seed=3, replications=10)
    assert found.fewest is not None and found.fewest.people == (7,)
    assert found.proven and found.floor == (5,)
    shares = {one.people: one.verdict.default.share_within.value for one in found.tried}
    assert shares[(7,)] == pytest.approx(0.9534, abs=0.004)
    assert shares[(6,)] == pytest.approx(0.9318, abs=0.006)
    busy = found.fewest.loads[0].load
    assert busy.low <= 4.5 / 7 <= busy.high
    assert [one.people for one in found.frontier][:3] == [(5,), (6,), (7,)]
    assert found.within(6).people == (6,) and found.within(4) is None


def test_a_mean_is_kept_by_the_fewest_too():
    """Mean time in the system of M/M/c: 1 + C/(c - 4.5); Erlang's C(6, 4.5) = 0.4217 gives 1.281, C(5) gives 2.52."""
    its = queue(statistic="mean", value="1.5 d").scenario("before")
    found = fewest(its, "L1", seed=3, replications=5)
    assert found.fewest is not None and found.fewest.people == (6,)
    assert found.fewest.verdict.default.mean.value == pytest.approx(1.281, abs=0.03)


def test_where_no_number_of_people_is_enough_that_is_the_answer():
    """95% within one day cannot be: service alone takes longer than that in 37% of cases."""
    found = fewest(queue(value="1 d").scenario("before"), "L1", seed=3, replications=2)
    assert found.fewest is None and found.ceiling.verdict.value == "not-met"


def test_what_is_left_out_of_the_simulation_changes_nothing_of_the_limit():
    base = folder()
    parts = {name: getattr(base, name) for name in Folder.model_fields}
    two = base.model_copy(
        update={
            "pools": parts["pools"] | {"others": base.pools["clerks"]},
            "processes": parts["processes"] | {"q": other_process(base)},
            "sources": parts["sources"] | {"t": base.sources["s"].model_copy(update={"process": "q"})},
        }
    )
    whole, part = two.scenario("before"), connected(two.scenario("before"), "L1")
    assert set(whole.model.sources) == {"s", "t"} and set(part.model.sources) == {"s"}
    assert study(two).scenarios[0].verdicts[0].default == study(base).scenarios[0].verdicts[0].default


def other_process(base: Folder):
    process = base.processes["p"]
    step = process.flow[0]
    needs = tuple(need.model_copy(update={"pool": "others"}) for need in step.by)
    return process.model_copy(update={"flow": (step.model_copy(update={"by": needs}), *process.flow[1:])})


def test_people_whose_work_is_not_known_are_not_counted():
    waits = [{"wait": "look", "owner": "utility", "stage": "desk", "takes": {"mean": "2 d", "cv": 0.5}}]
    with pytest.raises(InputError, match="waits without efforts") as refused:
        fewest(folder(waits).scenario("before"), "L1", seed=1, replications=2)
    assert "p/look" in refused.value.rule.en and "effort" in refused.value.cure.en


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--pool", "clerk"], "did you mean clerks"),
        (["--pool", "clerks"], "no step that counts for this commitment needs this pool"),
        (["--cost", "reviewers=-1"], "above zero"),
        (["--cost", "reviewers=1", "--cost", "reviewers=2"], "given twice"),
        (["--budget", "0"], "a number above zero"),
        (["--limit", "L9"], "no such commitment"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_reason(more, told, capsys):
    asked = ["staff", EXAMPLE, "today", "--limit", "L1", "--replications", "2", "--lang", "en", *more]
    assert run(asked) == 2
    assert told in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ["最少须 4", "复现:shixian staff"]), ("en", ["kept with 4", "to reproduce: shixian staff"])],
)
def test_the_command_answers_with_tables_and_json_and_the_command_that_gives_it_again(lang, words, tmp_path, capsys):
    json_file = tmp_path / "staff.json"
    more = ["--replications", "20", "--budget", "3", "--cost", "reviewers=2", "--json", str(json_file), "--lang", lang]
    assert run(["staff", EXAMPLE, "today", "--limit", "L1", *more]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert all(word in printed for word in words)
    content = json.loads(json_file.read_text("utf-8"))
    assert (content["fewest"]["people"], content["fewest"]["cost"], content["proven"]) == ([4], 8.0, True)
    assert content["pools"] == [{"pool": "reviewers", "cost_each": 2.0, "now": 3, "work_needs": 3}]
    assert "--cost reviewers=2 --budget 3" in content["command"]


def test_the_number_of_workers_changes_nothing():
    its = folder().scenario("before")
    one, two = (fewest(its, "L1", seed=1, replications=3, workers=n, most=6) for n in (1, 2))
    assert [(t.people, t.verdict) for t in one.tried] == [(t.people, t.verdict) for t in two.tried]
