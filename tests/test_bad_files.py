"""Files that surprise or attack the reader: kinds 13 to 22 of ../shared/verify/BAD_INPUT.md.

`refused` asserts the common promises of every refusal: exit code 2, both languages, the place as file:line:column.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sim.errors import ShixianError
from tests.tiny_folder import TINY, changed, notes_of, read, refusals, refused

# 13 -------------------------------------------------------------------------------------------------------------------


def test_13_an_id_defined_in_two_files_is_refused_with_both_places(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, TINY, **{"b.yaml": "pools:\n  managers: {name: x}\n"})
    assert error.where == f"{tmp_path}/b.yaml:2:3"
    assert "a.yaml:15:3" in error.rule.en


def test_13_an_id_that_differs_in_case_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "  permit:\n", "  Permit:\n", at="Permit:")
    assert error.rule.en == "an id has lower-case letters and digits, parted by hyphens"


def test_13_an_id_with_a_letter_that_only_looks_latin_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, "  permit:\n", "  реrmit:\n", at="реrmit:")
    assert error.value == "реrmit"


def test_13_a_limit_with_a_letter_that_only_looks_latin_is_refused_and_the_letter_shown(tmp_path: Path) -> None:
    error = refused(tmp_path, "  E1:\n", "  Е1:\n", at="Е1:")
    assert error.value == r"'\u04151'"


def test_13_free_keys_that_nearly_coincide_are_noted(tmp_path: Path) -> None:
    text = changed("{small: 90%, large: 10%}", "{small: 80%, large: 10%, Large: 5%, lаrge: 5%}")
    noted = notes_of(tmp_path, text)
    assert noted.count("is nearly the same as") == 2


# 14 to 16 -------------------------------------------------------------------------------------------------------------


def test_14_a_key_given_twice_is_refused_with_the_first_place(tmp_path: Path) -> None:
    error = refused(tmp_path, "servers: 2,", "servers: 2, servers: 3,", at="servers: 3,")
    assert error.value == "servers"
    assert "15:" in error.rule.en


@pytest.mark.parametrize(
    ("old", "new", "wrong", "meant"),
    [
        ("  crews:\n", "  crews:\n    resouce: 3\n", "resouce", ""),
        ("by: managers", "bye: managers", "bye", "by"),
        ("servers: 2,", "servrs: 2,", "servrs", "servers"),
        ("run_out: 60 d", "runout: 60 d", "runout", "run_out"),
        ("    effort: {mean", "    efort: {mean", "efort", "effort"),
        ("cv: 0.5", "cvv: 0.5", "cvv", "cv"),
        ("pools:\n", "pool:\n", "pool", "pools"),
        ("per_year:", "per_yaer:", "per_yaer", "per_year"),
    ],
)
def test_15_an_unknown_key_is_refused_with_the_nearest_known_one(
    tmp_path: Path, old: str, new: str, wrong: str, meant: str
) -> None:
    error = next(e for e in refusals(tmp_path, changed(old, new)) if "key" in e.rule.en)
    assert wrong in (error.value, error.path[-1])
    assert error.cure.en == f"did you mean {meant}?" if meant else error.cure.en.startswith("there are: ")


def test_15_an_element_whose_kind_is_misspelt_is_refused_with_the_kind(tmp_path: Path) -> None:
    error = refused(tmp_path, "mark: power-on\n  permit", "mrak: power-on\n  permit", at="mrak")
    assert error.cure.en == "did you mean mark instead of mrak?"


@pytest.mark.parametrize("word", ["NO", "12:30", "010", "on", "2021-01-01", "0x1F", "1_000"])
def test_16_words_that_older_readers_change_stay_as_they_are_written(tmp_path: Path, word: str) -> None:
    assert read(tmp_path, changed("responsible: 供电局", f"responsible: {word}")).limits["E1"].responsible == word


@pytest.mark.parametrize("word", ["10", "true", "1.5"])
def test_16_a_number_where_text_is_meant_is_refused(tmp_path: Path, word: str) -> None:
    error = refused(tmp_path, "responsible: 供电局", f"responsible: {word}", at=f"{word}\n    deadline")
    assert "in quotes" in error.cure.en


@pytest.mark.parametrize("time_of_day", ["9", "900", "9:00", "09:00:00", "24:00"])
def test_16_a_time_of_day_is_hours_and_minutes_and_no_number_of_minutes(tmp_path: Path, time_of_day: str) -> None:
    error = refused(tmp_path, "at: 09:00", f"at: {time_of_day}", at=f"{time_of_day}, length")
    assert error.cure.en == 'for example "14:00"'


def test_16_keys_are_text_as_they_are_written(tmp_path: Path) -> None:
    model = read(tmp_path, changed("{small: 90%, large: 10%}", "{NO: 90%, 010: 10%}"))
    assert list(model.sources["lv"].attributes["size"]) == ["010", "NO"]


# 17, 18, 19 -----------------------------------------------------------------------------------------------------------


def in_time(folder: Path, text: str) -> ShixianError:
    began = time.process_time()
    error = refusals(folder, text)[0]
    assert time.process_time() - began < 1
    return error


def test_17_an_alias_bomb_is_refused_at_its_first_anchor(tmp_path: Path) -> None:
    levels = zip("abcdefgh", "bcdefghi", strict=True)
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}, *{p}]\n" for p, c in levels)
    error = in_time(tmp_path, bomb)
    assert error.where == f"{tmp_path}/a.yaml:1:4"
    assert error.rule.en.startswith("anchors and aliases")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "- - ", "a:\n" + " "])
def test_17_nesting_of_5000_is_refused(tmp_path: Path, opening: str) -> None:
    text = "".join(" " * i + "a:\n" for i in range(1200)) if opening.startswith("a:") else opening * 5000
    assert "nested more than 64 deep" in in_time(tmp_path, text).rule.en


def test_17_a_file_of_50_mb_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "big.yaml").open("wb") as file:
        file.write(b"a: ")
        file.truncate(50_000_000)
    began = time.process_time()
    (error,) = refusals(tmp_path, TINY)
    assert time.process_time() - began < 1
    assert (error.value, error.rule.en) == ("50000000 B", "the file is larger than 1 MB")


def test_17_a_scalar_of_the_largest_file_is_refused_in_time(tmp_path: Path) -> None:
    text = changed("deadline: 持续推进", "deadline: {x: " + "x" * 900_000 + "}")
    assert in_time(tmp_path, text).path[:3] == ("limits", "E1", "deadline")


@pytest.mark.parametrize(
    "tagged", ["!!python/object/apply:os.system [touch owned]", "!!python/name:os.system x", "!x y", "!!str 10"]
)
def test_18_a_tag_is_refused_and_nothing_runs(tmp_path: Path, tagged: str) -> None:
    error = refused(tmp_path, "responsible: 供电局", f"responsible: {tagged}", at=tagged)
    assert error.rule.en == "tags (beginning with !) are not used"
    assert not (Path.cwd() / "owned").exists()


@pytest.mark.parametrize("written", ["__import__('os')", "().__class__", "9**9**9", "1+" * 10_000 + "1"])
def test_19_an_expression_is_no_number_and_is_not_computed(tmp_path: Path, written: str) -> None:
    error = refused(tmp_path, "servers: 2,", f"servers: {written},", at=written)
    assert error.rule.en == "a count is a whole number, zero or more"
    assert len(error.message("en")) < 500


# 20, 21, 22 -----------------------------------------------------------------------------------------------------------

LISTED = "per_year: {value: 100, assumption: [80, 120]}"


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "/etc/passwd", "file:///etc/passwd", r"\\server\share\x.csv", r"..\secret.csv", "a//b.csv",
     "C:/secret.csv", '"a\\0.csv"', "./../secret.csv"],
)  # fmt: skip
def test_20_a_name_that_leads_out_of_the_folder_is_refused_and_nothing_of_it_is_shown(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret.csv").write_text("accepted\nTOP SECRET\n")
    error = refused(tmp_path / "folder", LISTED, f"listed: {name}", at=name)
    assert error.rule.en == "only files inside this folder can be named"
    assert "SECRET" not in error.message("en") + error.message("zh")


@pytest.mark.parametrize("name", ["CON.csv", "nul.csv", "com1.csv"])
def test_20_a_name_that_windows_keeps_for_itself_is_refused(tmp_path: Path, name: str) -> None:
    assert "Windows" in refused(tmp_path, LISTED, f"listed: {name}", at=name).rule.en
    (tmp_path / name.replace(".csv", ".yaml")).write_text("{}")
    assert "Windows" in refusals(tmp_path, TINY)[0].rule.en


def test_20_an_include_is_an_unknown_key_and_reads_nothing(tmp_path: Path) -> None:
    error = refused(tmp_path, "owners:\n", "include: /etc/passwd\nowners:\n", at="include")
    assert error.value == "include"
    assert "root:" not in error.message("en")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no links here")
def test_20_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.yaml").write_text("TOP SECRET")
    for target in ("outside/secret.yaml", "outside"):
        folder = tmp_path / f"in-{Path(target).stem}"
        folder.mkdir()
        (folder / "link.yaml").symlink_to(tmp_path / target)
        (error,) = refusals(folder, TINY)
        assert error.rule.en == "a link leads out of the folder"
        assert "SECRET" not in error.message("en")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_20_a_pipe_that_nobody_writes_to_is_refused_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert refusals(tmp_path, TINY)[0].rule.en == "this is not a regular file"


def test_21_calls_in_a_circle_are_refused_with_the_circle(tmp_path: Path) -> None:
    text = changed("      - walk: desk\n", "      - {call: again, process: lv}\n      - walk: desk\n")
    (error,) = refusals(tmp_path, text)
    assert error.value == "lv -> permit -> lv"


def test_22_a_newer_format_is_refused_with_its_version(tmp_path: Path) -> None:
    error = refused(tmp_path, "shixian: 1", "shixian: 2", at="2\n")
    assert error.rule.en == "the format is version 2; this program knows version 1"


@pytest.mark.parametrize("version", ["0", "true", "1.5", "'1'", "first"])
def test_22_a_format_that_never_was_is_refused(tmp_path: Path, version: str) -> None:
    assert refused(tmp_path, "shixian: 1", f"shixian: {version}", at=f"{version}\n").cure.en == "write shixian: 1"


def test_22_a_folder_that_does_not_say_its_format_is_refused(tmp_path: Path) -> None:
    (error,) = refusals(tmp_path, changed("shixian: 1\n", ""))
    assert error.cure.en == "add `shixian`"


# caps -----------------------------------------------------------------------------------------------------------------


def test_a_folder_that_says_too_much_is_refused_and_not_read_to_its_end(tmp_path: Path) -> None:
    many = "owners:\n" + "".join(f"  o-{i}: {{name: x}}\n" for i in range(40_000))
    began = time.process_time()
    (error,) = refusals(tmp_path, many)
    assert error.rule.en == "the scenario files say more than 80000 things"
    assert time.process_time() - began < 5


def test_calls_that_multiply_without_bound_are_refused_in_time(tmp_path: Path) -> None:
    calls = "".join(
        f"  p{i}: {{name: x, flow: [{{call: a, process: p{i + 1}}}, {{call: b, process: p{i + 1}}}]}}\n"
        for i in range(25)
    )
    last = "  p25: {name: x, flow: [{wait: z, takes: 1 h}]}\n"
    (error,) = refusals(tmp_path, changed("  permit:\n", calls + last + "  permit:\n"))
    assert error.rule.en == "through its calls the process has more than 200000 steps"


def test_of_very_many_errors_the_first_are_told_and_that_there_are_more(tmp_path: Path) -> None:
    steps = "".join(f"      - {{step: s{i}, by: nobody, effort: 1 h}}\n" for i in range(300))
    found = refusals(tmp_path, changed("      - mark: power-on\n", steps + "      - mark: power-on\n"))
    assert len(found) == 101
    assert found[-1].rule.en == "there are more than 100 errors; the others are not listed"
