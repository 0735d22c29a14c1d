"""GB18030 compiled: what it gives is what Python's codec gives, and what it does not know is left to the codec."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.importing.mapping import FileForm
from calibration.importing.reading import gb18030, read
from tests.exports import cells_of, written

pytestmark = pytest.mark.skipif(bool(gb18030.why_not()), reason="nothing is compiled here")


def test_every_pair_of_bytes_is_what_the_codec_says_or_left_to_it() -> None:
    known = 0
    for lead in range(0x80, 0x100):
        for trail in (*range(0x20, 0x100),):
            pair = bytes((lead, trail))
            found = gb18030.utf8_of(pair)
            if found is not None:
                known += 1
                assert found.decode() == pair.decode("gb18030")
    assert known > 23_000


@given(st.text(st.characters(max_codepoint=0x30000, exclude_categories=["Cs"])))
def test_any_text_is_given_as_it_is_or_left_to_the_codec(text: str) -> None:
    assert gb18030.utf8_of(text.encode("gb18030")) in (text.encode(), None)


def test_common_chinese_is_not_left_to_the_codec() -> None:
    assert gb18030.utf8_of("编号,受理时间\nBT1,2021-06-04 包头市昆都仑区\n".encode("gb18030")) is not None


def test_blocks_with_rare_characters_among_others_give_the_same_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Quick blocks and slow ones, however they are cut."""
    from calibration.importing.reading import encodings
    from calibration.importing.reading import text as reading

    monkeypatch.setattr(encodings, "_CODEC_FIRST", 0)
    rows = [f"BT{i},{'𠮷' if i % 50 == 49 else '吉'}林路{i}号,2021-06-04" for i in range(400)]
    path = written(tmp_path / "e.csv", "\n".join(["编号,地点,受理时间", *rows]), "gb18030")
    whole = [row.split(",") for row in rows]
    for size in (64, 997, 1 << 20):
        monkeypatch.setattr(reading, "_BLOCK", size)
        assert cells_of(read(path, FileForm(encoding="gb18030"))) == whole
