"""A tiny scenario folder as text, changed in one place by each test of the reader, and the error that comes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from sim.errors import InputErrors, ShixianError
from sim.model.files import load, load_with_notes
from sim.model.scenario import Folder

TINY = """\
shixian: 1
name: {zh: 小城, en: Tiny}
study: {from: 2021-01-01, to: 2021-12-31, run_out: 60 d}
owners:
  utility: {name: {zh: 供电局, en: Utility}}
  customer: {name: {zh: 客户, en: Customer}}
stages:
  application: {name: {zh: 申请, en: Application}}
calendars:
  legal: {name: {zh: 法定, en: Legal}, hours: {workdays: ["08:30-12:00", "14:30-17:30"]}}
  night: {name: {zh: 夜间, en: Night}, statutory: false, hours: {workdays: "22:00-06:00"}}
sessions:
  review: {name: {zh: 会审, en: Review}, calendar: legal, on: [tue], at: 09:00, length: 2 h}
pools:
  managers: {name: {zh: 客户经理, en: Managers}, owner: utility, servers: 2, calendar: legal}
  crews:
    name: {zh: 施工班组, en: Crews}
    owner: utility
    groups:
      - {servers: 3, calendar: legal}
      - {servers: 1, calendar: night, speed: 0.8}
processes:
  lv:
    name: {zh: 低压, en: Low voltage}
    flow:
      - step: accept
        stage: application
        by: managers
        effort: {mean: 30 min, cv: 0.5, assumption: [15 min, 1 h]}
        rework:
          share: 25%
          first: [{wait: supplement, owner: customer, takes: {p10: 1 d, p50: 2 d, p90: 5 d}}]
      - parallel:
          - [{wait: works, owner: customer, takes: {fastest: 2 d, usual: 4 d, slowest: 9 d}}]
          - - choice: way
              branches:
                - {share: 40%, flow: [{session: meeting, at: review}]}
                - {share: 60%}
            - {call: road, process: permit}
      - {step: connect, by: [crews, {same_server_as: accept}], effort: 2 h}
      - mark: power-on
  permit:
    name: {zh: 许可, en: Permit}
    owner: utility
    flow:
      - walk: desk
        steps: [{wait: look, takes: 1 wd, calendar: legal}, {wait: sign, takes: 4 h}]
        table: {"": {look: 100%}, look: {look: 20%, sign: 80%}, sign: {end: 100%}}
sources:
  lv:
    name: {zh: 低压, en: Low voltage}
    process: lv
    per_year: {value: 100, assumption: [80, 120]}
    attributes: {size: {small: 90%, large: 10%}}
services:
  electricity: {name: {zh: 电力, en: Electricity}}
limits:
  E1:
    name: {zh: 平均接电时限, en: Connection}
    service: electricity
    item: (六)11
    quote: 不超10个工作日
    english: not over 10 working days
    responsible: 供电局
    deadline: 持续推进
    classes: [lv]
    value: 10 wd
    statistic: mean
    clock: {stop: {mark: power-on}, except: {owners: customer}}
    readings:
      - {id: whole, name: {zh: 整日, en: whole days}, role: default, unit: whole-days}
reforms:
  more: {name: {zh: 增员, en: More staff}, changes: [{remove: lv/meeting}]}
scenarios:
  before: {name: {zh: 改革前, en: Before}}
  plan: {name: {zh: 改革后, en: After}, reforms: [more]}
"""

_CHINESE = re.compile("[\u4e00-\u9fff]")


def changed(old: str = "", new: str = "", text: str = TINY) -> str:
    """The text with its only ``old`` made ``new``."""
    assert not old or text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
    return text.replace(old, new) if old else text


def read(folder: Path, text: str = TINY, settings: Mapping[str, str] | None = None, **files: str | bytes) -> Folder:
    """Load a folder of one YAML file and others by name (``figures`` is figures.csv)."""
    folder.mkdir(exist_ok=True)
    (folder / "a.yaml").write_text(text, "utf-8")
    for name, content in files.items():
        path = folder / (f"{name}.csv" if "." not in name else name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(folder, settings)


def notes_of(folder: Path, text: str) -> str:
    """The remarks on a folder that is accepted, line by line."""
    read(folder, text)
    return "\n".join(note.en for note in load_with_notes(folder).notes)


def refusals(folder: Path, text: str, **others: object) -> list[ShixianError]:
    """The errors of a folder that is refused; each is whole and keeps the common promises of bad input."""
    with pytest.raises(ShixianError) as caught:
        read(folder, text, **others)  # type: ignore[arg-type]
    found = list(caught.value.errors) if isinstance(caught.value, InputErrors) else [caught.value]
    for error in found:
        assert error.exit_code == 2
        assert error.where, error
        for words in (error.rule, error.cure):
            assert _CHINESE.search(words.zh), words
            assert words.en, words
            assert not _CHINESE.search(words.en), words
        for language in ("zh", "en"):
            assert error.message(language).startswith(error.where)  # type: ignore[arg-type]
    return found


def refused(folder: Path, old: str, new: str, at: str, **others: object) -> ShixianError:
    """The one error of the tiny folder with ``old`` made ``new``; it stands where ``at`` does."""
    text = changed(old, new)
    found = refusals(folder, text, **others)
    assert len(found) == 1, [str(error) for error in found]
    assert found[0].where == place(folder, text, at), found[0]
    return found[0]


def place(folder: Path, text: str, at: str) -> str:
    """``file:line:column`` of the first ``at`` in the text."""
    before = text[: text.index(at)]
    return f"{folder / 'a.yaml'}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
