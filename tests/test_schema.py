"""The schema for editors: current, and as wide as the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.model import yaml_source
from sim.model.schema import schema
from tests.conftest import ROOT
from tests.tiny_folder import TINY, changed, read

SCENARIOS = ROOT / "scenarios"
SHIPPED = sorted(SCENARIOS.glob("**/*.yaml"))


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema())
    return jsonschema.Draft202012Validator(schema())


def errors(validator: jsonschema.Draft202012Validator, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(yaml_source.parse(text, "").data)]


def test_the_schema_that_is_checked_in_is_the_one_that_the_types_make() -> None:
    written = json.loads((SCENARIOS / "schema.json").read_text("utf-8"))
    assert written == schema(), "run `make schema`"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_every_shipped_file_fits_the_schema(validator: jsonschema.Draft202012Validator, path: Path) -> None:
    assert errors(validator, path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("by: managers", "by: [managers]"),
        ("by: managers", "by: {pool: managers, n: 2}"),
        ("share: 25%\n", "share: [25%, {value: 10%, assumption: [5%, 15%]}]\n"),
        ("clock: {stop: {mark: power-on}", "clock: {start: accepted, stop: {at: mark, step: power-on}"),
        ("except: {owners: customer}", "except: {owners: [customer, utility]}"),
        ("statistic: mean", "statistic: {kind: share, share: 95%}"),
        ("{call: road, process: permit}", "{spawn: permits, cases: [{process: permit, n: 2}, permit], wait: false}"),
        ("{call: road, process: permit}", "{spawn: permits, cases: permit}"),
        ("effort: 2 h", "effort: 2小时"),
        ("effort: 2 h", "effort: １．５ 个工作日"),
        ("effort: 2 h", "effort: 2 h, on_repeat: 0.5, patience: {after: 5 d, then: proceed}, due: {after: 9 d}"),
        ("effort: 2 h", "effort: {mixture: [{share: 80%, of: 2 h}, {share: 20%, of: {mean: 3 h, law: exponential}}]}"),
        ("effort: 2 h", "effort: {quantiles: {0%: 1 h, 50%: 2 h, 100%: 8 h}, at_most: 6 h, published: x}"),
        ("{value: 100, assumption: [80, 120]}", "{value: 100, assumption: true, by: 供电局}"),
        ("owners:\n", "statutory: {2027: {holidays: [01-01, {days: 10-01..10-07, name: 国庆节}]}}\nowners:\n"),
        ('"22:00-06:00"', '["22:00-06:00"]'),
    ],
)
def test_whatever_the_reader_takes_fits_the_schema(
    tmp_path: Path, validator: jsonschema.Draft202012Validator, old: str, new: str
) -> None:
    text = changed(old, new)
    read(tmp_path, text)
    assert errors(validator, text) == []


def test_lists_of_cases_may_be_names_of_files(validator: jsonschema.Draft202012Validator) -> None:
    assert errors(validator, "sources: {a: {name: a, process: a, listed: cases.csv}}\ninitial: open.csv\n") == []
    assert errors(validator, "initial: open.txt\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("by: managers", "bye: managers"),
        ("mark: power-on\n", "mrak: power-on\n"),
        ("servers: 2, calendar: legal", "servers: 2"),
        ("value: 10 wd", "value: 10"),
        ("effort: 2 h", "effort: 2个月"),
        ("role: default", "role: usual"),
        ("pools:\n", "pool:\n"),
        ("from: 2021-01-01", "from: 1/1/2021"),
    ],
)
def test_a_slip_is_seen_in_the_editor(validator: jsonschema.Draft202012Validator, old: str, new: str) -> None:
    assert errors(validator, changed(old, new))


def test_the_schema_is_the_same_in_every_run() -> None:
    def order(node: Any) -> Any:
        if isinstance(node, dict):
            return [(key, order(value)) for key, value in node.items()]
        return [order(item) for item in node] if isinstance(node, list) else node

    assert order(schema()) == order(schema())
    assert errors(jsonschema.Draft202012Validator(schema()), TINY) == []
