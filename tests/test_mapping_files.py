"""A mapping as a file: what was decided comes back as it was, and what is wrong is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.importing.mapping import ClassRule, FileForm, LongColumns, Mapping, Means, Suspension
from calibration.importing.mapping_files import read_mapping, write_mapping
from sim.errors import InputErrors

# what an xlsx cannot hold (control characters, non-characters) no header has: reading takes it out
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=30)
ODD = st.sampled_from(["NO", "12:30", "010", "=1+1", " 空格 ", "null", "2021-06-04", "a: b", "# c", "'", '"', "1E5"])
NAMES = TEXTS | ODD
IDS = st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,5}){0,2}", fullmatch=True)
MAYBE = st.none() | NAMES
MEANS = st.builds(Means, step=st.none() | IDS, mark=st.none() | IDS, stage=st.none() | IDS, owner=st.none() | IDS)
STATES = st.sampled_from(["open", "closed", "withdrawn", "suspended"])
MAPPINGS = st.builds(
    Mapping,
    file=st.builds(
        FileForm, encoding=MAYBE, sheet=MAYBE, header_rows=st.none() | st.tuples(st.integers(1, 9), st.integers(10, 20))
    ),
    form=st.sampled_from(["long", "wide"]),
    case=NAMES,
    long=st.builds(LongColumns, step=NAMES, ready=MAYBE, start=MAYBE, end=MAYBE, lifecycle=MAYBE),
    milestones=st.dictionaries(NAMES, MEANS, max_size=3),
    steps=st.dictionaries(NAMES, MEANS, max_size=3),
    accepted=MAYBE,
    state=MAYBE,
    states=st.dictionaries(NAMES, STATES, max_size=3),
    suspensions=st.lists(st.builds(Suspension, start=NAMES, end=NAMES), max_size=2).map(tuple),
    attributes=st.lists(NAMES, max_size=3).map(tuple),
    personal=st.lists(NAMES, max_size=3).map(tuple),
    dates=st.none() | st.sampled_from(["day-first", "month-first"]),
    zone=st.none() | st.just("Asia/Shanghai"),
    classes=st.lists(
        st.builds(
            lambda name, when: ClassRule.model_validate({"class": name, "when": when}),
            IDS,
            st.dictionaries(NAMES, st.lists(NAMES, max_size=3).map(tuple), max_size=2),
        ),
        max_size=3,
    ).map(tuple),
)


@pytest.mark.parametrize("suffix", ["yaml", "xlsx"])
@given(mapping=MAPPINGS)
def test_a_mapping_comes_back_from_its_file_as_it_was(
    suffix: str, mapping: Mapping, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("m") / f"mapping.{suffix}"
    write_mapping(path, mapping)
    again = read_mapping(path)
    assert again == mapping
    assert list(again.milestones) == list(mapping.milestones)


def test_what_is_wrong_in_a_mapping_is_told_with_line_value_rule_and_cure(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text("form: wide\ncase: 编号\nacepted: 受理时间\nstates: {在办: opn}\n", "utf-8")
    with pytest.raises(InputErrors) as caught:
        read_mapping(path)
    first, second = sorted(caught.value.errors, key=lambda error: error.where)
    assert (first.where, first.value) == (f"{path}:3:1", "acepted")
    assert "accepted" in first.cure.en
    assert (second.where, second.value, "open" in second.cure.zh) == (f"{path}:4:14", "opn", True)


def test_what_is_wrong_in_a_workbook_is_told_with_sheet_and_row(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsx"
    means = {"受理时间": Means(step="accept"), "送电时间": Means.model_construct(step="POWER ON")}
    write_mapping(path, Mapping.model_construct(form="wide", case="编号", milestones=means))
    with pytest.raises(InputErrors, match=r"里程碑 milestones\]:3") as caught:
        read_mapping(path)
    assert caught.value.errors[0].value == "POWER ON"


def test_a_long_mapping_without_its_columns_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "m.yaml").write_text("form: long\ncase: 编号\n", "utf-8")
    with pytest.raises(InputErrors, match="under `long`"):
        read_mapping(path)


def test_the_workbook_offers_the_columns_of_the_file_in_drop_downs(tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "m.xlsx"
    write_mapping(path, Mapping(form="wide", case="编号", states={"在办": "open"}), columns=("编号", "受理时间"))
    book = openpyxl.load_workbook(path)
    lists = [[cell.value for cell in column if cell.value] for column in book["lists"].columns]
    assert ["编号", "受理时间"] in lists
    assert ["open", "closed", "withdrawn", "suspended"] in lists
    rules = book["状态词 states"].data_validations.dataValidation
    assert [rule.type for rule in rules] == ["list"]
