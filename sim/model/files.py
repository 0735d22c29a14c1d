"""A scenario folder read into the model, with file:line:column, value, rule and cure in every error.

All ``*.yaml`` files of the folder and its subfolders say together what there is; a section such as ``pools`` may be
spread over them, and neither the order of the files nor that of the keys changes anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from sim.errors import InputError, InputErrors, ShixianError
from sim.errors import Path as ModelPath
from sim.model import case_lists, checks, described, encodings, figures_csv, folders, overrides, yaml_source
from sim.model.base import SCHEMA_VERSION
from sim.model.places import Document
from sim.model.refusals import refusals
from sim.model.scenario import Folder
from sim.text import Text

_VERSION = "shixian"


class Loaded(NamedTuple):
    """A folder's model, and the remarks on it, each with its place; none of them refuses anything."""

    model: Folder
    notes: tuple[Text, ...]


def load(
    folder: Path | str, settings: Mapping[str, str] | None = None, *, only: Collection[str | None] | None = None
) -> Folder:
    """The folder's model, with the figures of ``figures.csv`` and then ``settings`` (path to value) put in.

    Errors: :class:`InputErrors` with everything that is wrong, in the order of the places. Each scenario is built and
    checked, so that no reform is refused only when it is run; or ``only`` those that are about to be (None: the
    first).
    """
    return _checked(*_read(Path(folder), settings or {}), only)[0]


def load_with_notes(folder: Path | str, settings: Mapping[str, str] | None = None) -> Loaded:
    """As :func:`load`, with remarks on what is allowed and yet worth a look."""
    document, model = _read(Path(folder), settings or {})
    model, whole = _checked(document, model)
    return Loaded(model, tuple(_placed_note(document, note) for note in checks.notes(whole)))


def _read(folder: Path, settings: Mapping[str, str]) -> tuple[Document, Folder]:
    document = gather(folder)
    case_lists.read_case_lists(document, folder)
    table = folder / folders.FIGURES
    if table.exists():
        figures_csv.apply(document, encodings.utf8_or_gb18030(folders.read(table, str(table)), str(table)), str(table))
    overrides.apply_settings(document, settings)
    try:
        return document, Folder.model_validate(document.data)
    except ValidationError as error:
        raise InputErrors(refusals(error, document)) from None


def _checked(
    document: Document, model: Folder, only: Collection[str | None] | None = None
) -> tuple[Folder, checks.Whole]:
    """The model, when it and each of its scenarios, or ``only`` these, pass the checks."""
    whole = checks.Whole(model)
    errors: list[ShixianError] = [_placed(document, error) for error in checks.check(whole)]
    if not errors:
        for i, id_ in enumerate(model.scenarios):
            if only is not None and id_ not in only and not (i == 0 and None in only):
                continue
            errors += _of_scenario(document, whole, model, id_)
    if errors:
        once = {(error.where, error.path, error.rule): error for error in errors}
        raise InputErrors(sorted(once.values(), key=lambda error: document.order(_written(document, error))))
    return model, whole


def _of_scenario(document: Document, whole: checks.Whole, model: Folder, id_: str) -> list[ShixianError]:
    """What is wrong with a scenario: reforms that do not fit, or what they leave behind."""
    try:
        scenario = model.scenario(id_)
    except InputErrors as several:
        return [_placed(document, error) for error in several.errors]
    except InputError as error:
        return [_placed(document, error)]
    found = checks.check(checks.Whole(scenario.model, like=whole))
    place = document.place(("scenarios", id_), key=True)
    return [
        InputError(
            Text(f"情景 {id_} 中:{error.rule.zh}", f"in scenario {id_}: {error.rule.en}"),
            error.cure,
            where=str(place),
            path=error.path,
            **({"value": error.value} if error.has_value else {}),
        )
        for error in found
    ]


def _written(document: Document, error: ShixianError) -> ModelPath:
    return described.written(document.data, error.path)


def _placed(document: Document, error: ShixianError) -> ShixianError:
    """The error with the place where its path is written."""
    place = document.place(_written(document, error))
    return error if error.where or place is None else error.at(str(place))


def _placed_note(document: Document, note: checks.Note) -> Text:
    place = document.place(described.written(document.data, note.path))
    return Text(f"{place}: {note.text.zh}", f"{place}: {note.text.en}")


def gather(folder: Path) -> Document:
    """All files of the folder as one document."""
    whole = Document()
    errors: list[ShixianError] = []
    for name, path in folders.yaml_files(folder):
        shown = (folder / name).as_posix()
        try:
            text = encodings.utf8(folders.read(path, shown), shown)
            part = yaml_source.parse(text, shown, yaml_source.MOST_NODES - len(whole.marks))
            _refuse_version(part)
        except yaml_source.BrokenOff as error:
            errors += error.errors
            break
        except InputErrors as error:
            errors += error.errors
        except InputError as error:
            errors.append(error)
        else:
            errors += _merge(whole, part)
    if errors:
        raise InputErrors(errors)
    return whole


def _refuse_version(part: Document) -> None:
    version = part.data.get(_VERSION, SCHEMA_VERSION)
    if version == SCHEMA_VERSION and not isinstance(version, bool):
        return
    newer = isinstance(version, int) and version > SCHEMA_VERSION
    raise InputError(
        Text(
            "文件格式第 {v} 版,本程序只认识第 {n} 版", "the format is version {v}; this program knows version {n}"
        ).format(v=version, n=SCHEMA_VERSION)
        if newer
        else Text("格式版本须为 {n}", "the version of the format is {n}").format(n=SCHEMA_VERSION),
        Text("升级程序", "update the program")
        if newer
        else Text("写 shixian: {n}", "write shixian: {n}").format(n=SCHEMA_VERSION),
        where=str(part.place((_VERSION,))),
        value=version,
    )


def _merge(whole: Document, part: Document) -> list[InputError]:
    """Add a file's sections to the others'; what is defined twice is refused with both places."""
    errors = []
    for section, value in part.data.items():
        if value is None:  # everything in it is commented out
            continue
        known = whole.data.get(section)
        twice: list[ModelPath]
        if isinstance(value, dict) and isinstance(known, dict):
            twice = [(section, key) for key in value if key in known]
            known.update(value)
        else:
            twice = [(section,)] if section in whole.data and section != _VERSION else []
            whole.data[section] = value
        errors += [_defined_twice(path, whole, part) for path in twice]
    for path, marks in part.marks.items():
        whole.marks.setdefault(path, marks)
    return errors


def _defined_twice(path: ModelPath, whole: Document, part: Document) -> InputError:
    return InputError(
        Text("已在 {first} 定义过", "this is already defined at {first}").format(first=whole.marks[path].key),
        Text("换一个标识,或只保留一处", "choose another id, or keep one of the two"),
        where=str(part.marks[path].key),
        path=path,
        value=path[-1],
    )
