"""A mapping as a file: YAML with a comment at every key, or a workbook with drop-downs; both give it back unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from collections.abc import Mapping as Words
from pathlib import Path
from typing import Any

from calibration.importing.mapping import Mapping
from calibration.importing.mapping_words import KEYS, mapping_of
from sim.model import encodings, folders
from sim.model.yaml_source import parse, scalar
from sim.text import Text
from sim.whole_files import write_whole

_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w\u4e00-\u9fff()()./-]*")
_UNPRINTABLE = re.compile("[^\x20-\x7e\xa0-\u2027\u202f-\u205f\u2070-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd]")
_HEAD = (
    "# 映射:导出文件里各列、环节名、状态词的含义。改好后用 observe 读文件。",
    "# Mapping: what the columns, names of steps and words of an export mean. Edit it, then run observe.",
)

Notes = Words[str, list[Text]]
"""By top-level key: on what the proposal rests, or what the user has to decide."""


def read_mapping(path: Path) -> Mapping:
    """A mapping that was confirmed, from YAML or a workbook. Errors: InputErrors with every place that is wrong."""
    raw = folders.read(path, str(path))
    if raw.startswith(b"PK\x03\x04"):
        from calibration.importing.mapping_sheet import document_of

        return mapping_of(document_of(raw, str(path)))
    return mapping_of(parse(encodings.utf8_or_gb18030(raw, str(path)), str(path)))


def write_mapping(path: Path, mapping: Mapping, notes: Notes | None = None, columns: tuple[str, ...] = ()) -> None:
    """Write it, as a workbook where the name ends in .xlsx; ``columns``: those of the file, for the drop-downs."""
    if path.suffix.lower() == ".xlsx":
        from calibration.importing.mapping_sheet import workbook

        write_whole(path, workbook(mapping, notes or {}, columns))
    else:
        write_whole(path, as_yaml(mapping, notes or {}).encode())


def described(mapping: Mapping) -> dict[str, Any]:
    """What is said in a mapping, as plain data; what is left at its default is left out."""
    data: dict[str, Any] = mapping.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"shixian_mapping": mapping.shixian_mapping} | data


def as_yaml(mapping: Mapping, notes: Notes) -> str:
    """The text of the file: each key with what it means, and what its proposal rests on."""
    data = described(mapping)
    lines = [*_HEAD, "", "shixian_mapping: 1"]
    for key, meaning in KEYS.items():
        lines += ["", f"# {_one_line(meaning.zh)}", f"# {_one_line(meaning.en)}"]
        for note in notes.get(key, []):
            lines += [f"#   > {_one_line(note.zh)}", f"#   > {_one_line(note.en)}"]
        lines += _block(key, data[key], "") if key in data else [f"# {key}:"]
    return "\n".join(lines) + "\n"


def _block(key: str, value: Any, indent: str) -> Iterator[str]:
    head = f"{indent}{_key(key, indent)}"
    if isinstance(value, dict) and value:
        yield head
        for name, inner in value.items():
            yield from _block(name, inner, indent + "  ")
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        yield head
        for item in value:
            first, *others = [line for name, inner in item.items() for line in _block(name, inner, indent + "    ")]
            yield f"{indent}  - {first.strip()}" if first.strip() else f"{indent}  -"
            yield from others
    elif isinstance(value, list):
        yield f"{head} [{', '.join(map(_scalar, value))}]"
    else:
        yield f"{head} {'{}' if value == {} else _scalar(value)}"


def _key(key: str, indent: str) -> str:
    written = _scalar(key)
    return f"{written}:" if len(written) < 900 else f"? {written}\n{indent}:"


def _scalar(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and scalar(value) == value:
        return value
    return _UNPRINTABLE.sub(_escaped, json.dumps(value, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub("?", text)
