"""The page for a system's administrator: complete in both languages, one page long, asking for what can be read."""

from __future__ import annotations

import pytest

from calibration.commands.data_request import SERVICES, command
from calibration.importing.data_request import FILE, page
from calibration.importing.headers import means_time, role_of
from calibration.importing.personal import kind_by_header
from sim.model.yaml_source import parse
from sim.text import LANGUAGES, Language

FIELD = {"field", "en", "need", "why", "why_en", "example"}


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_request_is_one_page_with_its_minimum_and_an_example(service: str, language: Language) -> None:
    text = page(service, language)
    assert len(text.splitlines()) <= 45
    header, example = text.split("```text\n")[1].split("\n```")[0].splitlines()
    assert len(header.split(", ")) == len(example.split(", ")) >= 5
    assert {"zh": "最低要求", "en": "minimum"}[language] in text


def test_every_field_says_why_and_shows_an_example_in_both_languages() -> None:
    data = parse(FILE.read_text("utf-8"), FILE.name).data
    assert set(data["services"]) == set(SERVICES)
    fields = [*data["common"], *data["closing"], *(f for one in data["services"].values() for f in one["fields"])]
    for field in fields:
        assert field.keys() == FIELD, field
        assert field["need"] in ("must", "should")
        assert field["why"]
        assert field["why_en"].isascii()


def test_what_is_asked_for_is_known_to_the_proposal_and_never_personal() -> None:
    data = parse(FILE.read_text("utf-8"), FILE.name).data
    for field in data["common"]:
        assert role_of(field["field"]) is not None
    for one in data["services"].values():
        assert all(kind_by_header(field["field"]) is None for field in one["fields"])
        assert any(means_time(field["field"]) for field in one["fields"])


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    command(lambda text: text.zh).main(["water", "--lang", "zh"], standalone_mode=False)
    assert capsys.readouterr().out == page("water", "zh")
