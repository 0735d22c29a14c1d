"""No personal value leaves the house: found by header and by value, dropped or in pseudonyms, wherever it stands."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.commands.anonymise import command
from calibration.importing.event_log import import_log
from calibration.importing.mapping import LongColumns, Mapping, Means
from calibration.importing.mapping_files import read_mapping, write_mapping
from calibration.importing.personal import is_id_number, kind_by_header, kind_by_value, masked
from calibration.importing.reading import read
from sim.errors import InputError
from tests.exports import cells_of, delimited, written

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊洋艳勇军杰娟涛"


def id_number(seventeen: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))
    return seventeen + "10X98765432"[total % 11]


NAMES = st.builds(
    lambda a, b: a + b, st.sampled_from(SURNAMES), st.text(st.sampled_from(GIVEN), min_size=1, max_size=2)
)
IDS = st.builds(lambda n, k: id_number(f"150203{n:08d}{k:03d}"), st.integers(19500101, 20051231), st.integers(0, 999))
PHONES = st.from_regex(r"1[3-9]\d{9}", fullmatch=True)
PLATES = st.from_regex(r"蒙B[A-H0-9]{5}", fullmatch=True)
ADDRESSES = st.builds(
    lambda a, n: f"昆都仑区{a}路{n}号", st.sampled_from(["钢铁", "青年", "白云"]), st.integers(1, 999)
)
OTHERS = st.text(st.sampled_from("甲乙丙丁戊己庚辛壬癸"), min_size=2, max_size=6)  # no pattern knows these
PERSONAL = st.one_of(NAMES, IDS, PHONES, PLATES, ADDRESSES, OTHERS)
STEPS = ("受理", "初审", "登簿")


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("用户名称", "name"), ("姓名", "name"), ("SQR", "name"), ("身份证号", "id-number"), ("联系电话", "phone"),
        ("LXDH", "phone"), ("用电地址", "address"), ("坐落", "address"), ("车牌号", "plate"), ("户号", "account"),
        ("环节名称", None), ("特别程序名称", None), ("受理时间", None), ("经办人", None), ("电压等级", None),
    ],
)  # fmt: skip
def test_a_header_announces_personal_data(header: str, kind: str | None) -> None:
    assert kind_by_header(header) == kind


def test_cells_show_what_a_header_hides() -> None:
    assert kind_by_value(["备用", "15020319800101123X 联系", id_number("15020319800101123")]) == "id-number"
    assert kind_by_value(["急", "13812345678"]) == "phone"
    assert kind_by_value(["昆都仑区钢铁路12号楼3单元"]) == "address"
    assert kind_by_value(["王伟", "李芳", "张丽"]) == "name"
    assert kind_by_value(["高压", "安装", "方案", "受理"]) is None
    assert kind_by_value(["800", "1000", "315"]) is None


@given(IDS)
def test_the_checksum_tells_an_id_number_from_a_number(number: str) -> None:
    assert is_id_number(number)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    assert not is_id_number(wrong)
    assert number not in masked(f"证件{number},见附件")


def anonymised(folder: Path, rows: list[list[str]], mapping: Mapping, suffix: str = "csv") -> tuple[Path, str]:
    path = written(folder / "e.csv", delimited(rows))
    write_mapping(folder / "m.yaml", mapping)
    out = folder / f"out.{suffix}"
    with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.redirect_stderr(told):
        arguments = [str(path), "--mapping", str(folder / "m.yaml"), "--out", str(out), "--lang", "zh"]
        command(lambda text: text.zh).main(arguments, standalone_mode=False)
    return out, told.getvalue()


def mapping(**more: object) -> Mapping:
    return Mapping(
        form="long",
        case="业务号",
        long=LongColumns(step="环节", end="完成时间"),
        steps={step: Means(step=f"s{i}") for i, step in enumerate(STEPS)},
        who="经办人",
        unit="窗口",
        attributes=("类别",),
        personal=("姓名",),
    ).model_copy(update=more)


HEADER = ["业务号", "环节", "完成时间", "经办人", "窗口", "类别", "姓名", "备注"]


@settings(max_examples=60)
@given(data=st.data(), people=st.lists(PERSONAL, min_size=1, max_size=5), staff=st.lists(NAMES, min_size=1, max_size=3))
def test_no_personal_value_survives_anywhere_in_what_is_written_or_told(
    data: st.DataObject, people: list[str], staff: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    person, worker = st.sampled_from(people), st.sampled_from(staff)
    anything = st.one_of(
        person, worker, st.builds("{}经手{}".format, worker, person), st.sampled_from(["一号窗口", "一般", "抵押", ""])
    )
    row = st.tuples(
        st.one_of(person, st.sampled_from(["00017001", "00017002"])),
        st.one_of(st.sampled_from(STEPS), anything),
        st.one_of(st.just("2021-06-04 09:00"), anything),
        worker, anything, anything, person, anything,
    )  # fmt: skip
    rows = [list(one) for one in data.draw(st.lists(row, min_size=1, max_size=8))]
    steps = {one[1]: Means(step="s") for one in rows if one[1]} if data.draw(st.booleans()) else {}
    known = {step: Means(step=f"s{i}") for i, step in enumerate(STEPS)} | {
        word: means for word, means in steps.items() if word not in people and word not in staff
    }
    folder = tmp_path_factory.mktemp("a")
    out, told = anonymised(folder, [HEADER, *rows], mapping(steps=known))
    text = out.read_text("utf-8-sig") + (folder / "out.mapping.yaml").read_text("utf-8") + told
    shown = {one[6] for one in rows} | {one[3] for one in rows}
    for value in shown | {one[0] for one in rows}:
        assert value not in text


ROWS = [
    HEADER,
    ["0001", "受理", "2021/6/4 9:00", "王伟", "一号窗口", "一般", "刘洋", "电话13812345678"],
    ["0001", "登簿", "2021/6/5 9:00", "李芳", "一号窗口", "一般", "刘洋", ""],
    ["0002", "受理", "2021/6/4 9:30", "王伟", "=1+1", "抵押", "陈静", ""],
    ["0002", "登簿", "2021/6/6 9:30", "李芳", "王伟的窗口", "抵押", "陈静", ""],
]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_the_anonymous_export_gives_the_same_log(tmp_path: Path, suffix: str) -> None:
    out, told = anonymised(tmp_path, ROWS, mapping(), suffix)
    before = import_log(read(tmp_path / "e.csv"), mapping()).log
    beside = read_mapping(tmp_path / "out.mapping.yaml")
    after = import_log(read(out), beside).log
    assert sorted(before.end.tolist()) == sorted(after.end.tolist())
    assert len(after.cases) == len(before.cases)
    assert beside.personal == ()
    assert "去掉 姓名: 个人信息" in told
    assert "去掉 备注" in told


def test_staff_keep_one_pseudonym_throughout_an_export_and_another_in_the_next(tmp_path: Path) -> None:
    first = cells_of(read(anonymised(tmp_path, ROWS, mapping())[0]))
    again = cells_of(read(anonymised(tmp_path, ROWS, mapping())[0]))
    assert first[0][3] == first[2][3] != first[1][3]
    assert first[0][3] != again[0][3]


def test_a_name_of_staff_within_another_word_is_masked_and_a_formula_is_text(tmp_path: Path) -> None:
    out, told = anonymised(tmp_path, ROWS, mapping())
    text = out.read_text("utf-8-sig")
    assert "***的窗口" in text
    assert ",'=1+1," in text
    assert "1 个单元格中的个人信息已抹去" in told


def test_free_text_among_the_attributes_is_dropped(tmp_path: Path) -> None:
    rows = [
        HEADER,
        *([f"{i:04d}", "受理", "2021-06-04", "王伟", "窗口", f"第{i}件的说明文字", "", ""] for i in range(80)),
    ]
    out, told = anonymised(tmp_path, rows, mapping())
    assert "去掉 类别: 自由文字" in told
    assert "说明文字" not in out.read_text("utf-8-sig")


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    path = written(tmp_path / "e.csv", delimited(ROWS))
    write_mapping(tmp_path / "m.yaml", mapping())
    with pytest.raises(InputError, match="not written over"):
        command(lambda text: text.zh).main(
            [str(path), "--mapping", str(tmp_path / "m.yaml"), "--out", str(path)], standalone_mode=False
        )
