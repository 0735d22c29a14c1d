"""``verdicts.json``: what stands in it, that it adds up as printed, and that its README tells every field."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import document
from sim.analysis.results import StudyResult, TimePart
from sim.model.scenario import Folder
from tests.studies import FLOW, LIMIT, WORDS, folder, study

README = Path(__file__).resolve().parent.parent / "results" / "README.md"
PROMISED = [
    "limit", "scenario", "reading", "verdict", "assumed", "statistic", "limit_value", "unit", "tolerance", "cases",
    "open_beyond_limit", "late_per_year", "mean", "share_within", "p90", "longest", "stages", "time_split",
]  # fmt: skip
OMITTED = "…"


@cache
def found() -> tuple[Folder, StudyResult]:
    its = folder()
    return its, study(its)


@cache
def written() -> str:
    its, result = found()
    return document.document(result, its).model_dump_json(by_alias=True, indent=1)


def data(its: Folder | None = None, **more: Any) -> dict[str, Any]:
    """The document as a reader gets it."""
    if its is None:
        return json.loads(written())
    return document.document(study(its, **more), its).model_dump(mode="json", by_alias=True)


def test_the_document_keeps_its_schema():
    schema = document.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(data())
    jsonschema.Draft202012Validator(schema).validate(data(folder(every="90 min"), replications=2))


def test_what_was_promised_to_readers_is_there():
    its = data()
    assert {"schema", "seed", "replications", "engine", "scenarios", "verdicts"} <= its.keys() and its["schema"] == 1
    assert [(s["id"], s["reforms"]) for s in its["scenarios"]] == [("before", []), ("plan", ["more-clerks"])]
    assert [(v["limit"], v["scenario"]) for v in its["verdicts"]] == [
        ("L1", "before"), ("L2", "before"), ("L1", "plan"), ("L2", "plan"),
    ]  # fmt: skip
    for verdict in its["verdicts"]:
        assert set(PROMISED) <= verdict.keys()
        for name in ("late_per_year", "mean", "share_within", "p90"):
            assert verdict[name].keys() == {"value", "low", "high"}


def test_how_well_the_old_limit_is_kept_stands_beside_and_is_null_where_the_plan_names_none():
    old = [
        v["share_within_baseline"]
        for v in data(folder(limits={"L1": LIMIT | {"baseline": "3.5 wd"}, "L2": WORDS}))["verdicts"]
    ]
    # the limit of 3 is kept by 105 of 108 cases, the longest takes 3.68
    assert [v["share_within_baseline"]["value"] for v in data()["verdicts"]] == [None] * 4
    assert old[1]["value"] is None and 105 / 108 < old[0]["value"] < 1
    assert old[0]["low"] < old[0]["value"] < old[0]["high"]


def test_the_parts_of_the_time_sum_to_the_mean_elapsed_time_exactly_as_printed():
    for verdict in json.loads(written(), parse_float=Decimal)["verdicts"]:
        if verdict["time_split"]:
            assert sum(part["days"] for part in verdict["time_split"]) == verdict["elapsed"]["value"]


@given(st.lists(st.floats(0, 400), min_size=1, max_size=30))
def test_any_parts_are_rounded_so_that_they_sum_to_their_rounded_sum(days: list[float]):
    parts = document._split([TimePart("work", str(i), each) for i, each in enumerate(days)], sum(days))
    printed = [Decimal(repr(part.days)) for part in parts]
    assert sum(printed) == Decimal(repr(round(sum(days), document.DAYS)))
    assert all(abs(float(p) - each) <= 10**-document.DAYS for p, each in zip(printed, days, strict=True))


def intervals(node: Any) -> list[dict[str, float | None]]:
    if isinstance(node, dict):
        if node.keys() == {"value", "low", "high"}:
            return [node]
        return [each for value in node.values() for each in intervals(value)]
    return [each for value in node for each in intervals(value)] if isinstance(node, list) else []


def test_every_interval_holds_its_value():
    every = intervals(data())
    assert len(every) > 50
    for each in every:
        known = [x for x in (each["low"], each["value"], each["high"]) if x is not None]
        assert known == sorted(known)


def test_the_same_run_gives_the_same_bytes_without_a_trace_of_the_machine(tmp_path: Path):
    its, result = found()
    document.write(result, its, tmp_path / "a.json")
    document.write(study(folder()), folder(), tmp_path / "b.json")
    first = (tmp_path / "a.json").read_bytes()
    assert first == (tmp_path / "b.json").read_bytes() and first.endswith(b"}\n")
    text = first.decode()
    assert "窗口办结时限" in text and "NaN" not in text and "Infinity" not in text
    assert str(Path.cwd()) not in text and str(tmp_path) not in text


def test_a_limit_without_a_number_or_a_reading_has_nulls_and_no_zeros():
    verdict = data()["verdicts"][1]
    assert (verdict["verdict"], verdict["reading"], verdict["assumed"], verdict["cases"]) == (
        "no-number",
        None,
        False,
        0,
    )
    for name in ("statistic", "limit_value", "unit", "tolerance", "longest", "stages", "longest_case"):
        assert verdict[name] is None
    assert {each["value"] for each in intervals(verdict)} == {None} and verdict["time_split"] == []


def test_the_notice_stands_while_anything_rests_on_assumptions_and_only_then():
    assert "非实测数据" in data()["notice"]["zh"] and data()["verdicts"][0]["assumed"]
    known: list[Any] = [{"step": "desk", "by": "clerks", "effort": {"mean": "2 h", "cv": 0.5, "log": ["1 h", "3 h"]}}]
    pools = {"clerks": {"servers": {"value": 1, "published": "p"}, "calendar": "office"}}
    source = {"s": {"name": "s", "process": "p", "per_year": {"value": 300, "log": [290, 310]}, "calendar": "office"}}
    measured = data(folder(known, pools=pools, sources=source), replications=2)
    plan = [verdict for verdict in measured["verdicts"] if verdict["scenario"] == "before"]
    assert [verdict["assumptions"] for verdict in plan] == [[], []]
    assert not any(verdict["assumed"] for verdict in plan)


def test_growing_queues_are_told_and_their_steady_figures_are_null():
    verdict = data(folder(every="90 min"), replications=2)["verdicts"][0]
    assert verdict["growing"] == ["clerks"] and verdict["verdict"] in ("not-met", "undecided")
    assert verdict["mean"] == {"value": None, "low": None, "high": None}
    assert verdict["time_split"] == [] and verdict["quantiles"] == [] and verdict["cases"] > 0
    assert FLOW[0]["step"] in verdict["sticking"][0]["step"]


# --- the README


def names(schema: dict[str, Any]) -> set[str]:
    objects = [schema, *schema["$defs"].values()]
    return {name for each in objects for name in each.get("properties", {})}


def test_the_readme_tells_every_field_and_no_other():
    told = set(re.findall(r"`([a-z0-9_]+)`", README.read_text("utf-8").partition("### Example")[0]))
    fields = names(document.json_schema())
    assert fields - {"value", "low", "high"} <= told
    columns = re.findall(
        r"^\| (`[^|]*`) \|", README.read_text("utf-8").partition("### The document")[2].partition("\n# ")[0], re.M
    )
    assert {name for column in columns for name in re.findall(r"`([^`]*)`", column)} <= fields


def shown_in(shown: Any, real: Any) -> bool:
    """Whether what is shown is a part of what is; ``…`` stands for anything."""
    if shown == OMITTED:
        return True
    if isinstance(shown, dict) and isinstance(real, dict):
        return shown.keys() == real.keys() and all(shown_in(shown[key], real[key]) for key in shown)
    if isinstance(shown, list) and isinstance(real, list):
        whole = not shown or shown[-1] != OMITTED
        part = shown if whole else shown[:-1]
        return (not whole or len(part) == len(real)) and all(map(shown_in, part, real))
    return bool(shown == real)


def test_the_readmes_example_is_what_the_tests_folder_gives():
    (example,) = re.findall(r"```json\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert shown_in(json.loads(example), data())


def test_the_readme_names_the_schema_that_is_written():
    assert f"schema {data()['schema']}" in README.read_text("utf-8")


@pytest.mark.parametrize("field", PROMISED)
def test_a_field_that_readers_rely_on_says_what_it_is_in_the_readme(field: str):
    assert re.search(rf"^\|[^|]*`{field}`[^|]*\| \S", README.read_text("utf-8"), re.MULTILINE)
