"""A mapping as a workbook: a sheet for each of its parts, with drop-downs of what may stand in a cell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from calibration.importing.mapping import Mapping
from calibration.importing.mapping_words import CHOICES, KEYS
from sim.errors import InputError, InputErrors
from sim.model.places import Document, Marks, Place
from sim.text import Text

_OWNERS = ("utility", "customer", "permit-office", "registry", "gas-company", "water-company", "heat-company")
_STAGES = (
    "application", "supply-scheme", "design-review", "intermediate-inspection", "completion-inspection", "connection",
    "customer-time", "permits", "external-works", "survey", "property-application", "property-review",
    "property-entry", "property-certificate",
)  # fmt: skip
_MEANS = ("step", "mark", "stage", "owner")
_FILE = ("encoding", "delimiter", "sheet", "header_rows")
_LONG = ("step", "ready", "start", "end", "lifecycle")
_SINGLE = ("accepted", "closed", "due", "state", "who", "unit", "district", "system", "dates", "zone")
SETTINGS = ("shixian_mapping", "form", "case", *(f"long.{key}" for key in _LONG), *_SINGLE,
            *(f"file.{key}" for key in _FILE))  # fmt: skip
_MOST_ROWS = 5000
_LAST_CHOICE = 500


class _Sheet(NamedTuple):
    """A table of the workbook: which key of the mapping it holds, and its columns with what may stand in them."""

    key: str
    title: Text
    heads: tuple[tuple[str, str], ...]
    """Name of the column, and the list of its drop-down (empty: free)."""


_MEANING = (("step", "steps"), ("mark", "marks"), ("stage", "stages"), ("owner", "owners"))
SHEETS = (
    _Sheet("milestones", Text("里程碑", "milestones"), (("column", "columns"), *_MEANING)),
    _Sheet("steps", Text("环节名", "steps"), (("name", ""), *_MEANING)),
    _Sheet("states", Text("状态词", "states"), (("word", ""), ("state", "states"))),
    _Sheet("suspensions", Text("挂起", "suspensions"), (("start", "columns"), ("end", "columns"))),
    _Sheet("kept", Text("其他列", "other columns"), (("column", "columns"), ("use", "uses"))),
    _Sheet("classes", Text("分类规则", "classes"), (("rule", ""), ("class", ""), ("column", "columns"), ("word", ""))),
)
_SETTINGS_TITLE = "设置 settings"
_USES = ("attributes", "personal")


def _title(sheet: _Sheet) -> str:
    return f"{sheet.title.zh} {sheet.title.en}"


def workbook(mapping: Mapping, notes: Any, columns: Sequence[str]) -> bytes:
    """The file's bytes."""
    import xlsxwriter

    data = mapping.model_dump(mode="json", by_alias=True)
    choices = _choices(mapping, columns)
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as book:
        bold, wrapped = book.add_format({"bold": True, "bg_color": "#DCE6F1"}), book.add_format({"text_wrap": True})
        text = book.add_format({"num_format": "@"})
        page = book.add_worksheet(_SETTINGS_TITLE)
        page.set_column(0, 0, 18)
        page.set_column(1, 1, 32, text)
        page.set_column(2, 3, 70, wrapped)
        page.write_row(0, 0, ("key", "value", "说明", "meaning"), bold)
        page.freeze_panes(1, 0)
        for row, key in enumerate(SETTINGS, 1):
            page.write_string(row, 0, key)
            value = _setting(data, key)
            if value is not None:
                page.write_string(row, 1, value, text)
            top = key.split(".")[0]
            meaning = [KEYS[top], *notes.get(top, [])] if top in KEYS else []
            page.write_string(row, 2, "\n".join(one.zh for one in meaning))
            page.write_string(row, 3, "\n".join(one.en for one in meaning))
            _drop_down(page, choices, _list_of(key), row, row, 1)
        for sheet in SHEETS:
            _write(book, sheet, list(_rows(data, sheet.key)), choices, (bold, text), notes)
        hidden = book.add_worksheet("lists")
        hidden.hide()
        for place, words in enumerate(choices.values()):
            hidden.write_column(0, place, words)
    return stream.getvalue()


def _write(book: Any, sheet: _Sheet, rows: list[list[str]], choices: Any, formats: Any, notes: Any) -> None:
    page = book.add_worksheet(_title(sheet))
    bold, text = formats
    page.set_column(0, len(sheet.heads) - 1, 26, text)
    page.set_column(len(sheet.heads) + 1, len(sheet.heads) + 2, 60)
    page.freeze_panes(1, 0)
    for at, (head, words) in enumerate(sheet.heads):
        page.write_string(0, at, head, bold)
        _drop_down(page, choices, words, 1, len(rows) + 200, at)
    keys = _USES if sheet.key == "kept" else (sheet.key,)
    said = [one for key in keys for one in [KEYS[key], *notes.get(key, [])]]
    for number, one in enumerate(said):
        page.write_string(number, len(sheet.heads) + 1, one.zh)
        page.write_string(number, len(sheet.heads) + 2, one.en)
    for number, cells in enumerate(rows, 1):
        for at, cell in enumerate(cells):
            if cell:
                page.write_string(number, at, cell, text)


def _choices(mapping: Mapping, columns: Sequence[str]) -> dict[str, list[str]]:
    means = [*mapping.milestones.values(), *mapping.steps.values()]

    def of(field: str, usual: Sequence[str] = ()) -> list[str]:
        said = [getattr(one, field) for one in means if getattr(one, field) is not None]
        return list(dict.fromkeys([*said, *usual]))

    return {
        "columns": list(columns),
        "steps": of("step"),
        "marks": of("mark"),
        "stages": of("stage", _STAGES),
        "owners": of("owner", _OWNERS),
        "uses": list(_USES),
        **{key: list(words) for key, words in CHOICES.items()},
    }


def _list_of(key: str) -> str:
    if key in CHOICES:
        return key
    return "" if key.startswith("file.") or key in ("zone", "shixian_mapping") else "columns"


def _drop_down(page: Any, choices: dict[str, list[str]], words: str, first: int, last: int, column: int) -> None:
    if not choices.get(words):
        return
    letter = chr(ord("A") + list(choices).index(words))
    area = f"=lists!${letter}$1:${letter}${len(choices[words])}"
    strict = words in CHOICES or words == "uses"
    rule = {"validate": "list", "source": area, "error_type": "stop" if strict else "warning", "ignore_blank": True}
    page.data_validation(first, column, last, column, rule)


def _setting(data: dict[str, Any], key: str) -> str | None:
    top, _, inner = key.partition(".")
    value = data[top] if not inner else (data[top] or {}).get(inner)
    if key == "file.header_rows" and value is not None:
        return ", ".join(map(str, value)) or "-"
    return None if value is None else str(value)


def _rows(data: dict[str, Any], key: str) -> Iterator[list[str]]:
    match key:
        case "milestones" | "steps":
            for name, means in data[key].items():
                yield [name, *(means[field] or "" for field in _MEANS)]
        case "states":
            yield from ([word, state] for word, state in data[key].items())
        case "suspensions":
            yield from ([pair["start"], pair["end"]] for pair in data[key])
        case "kept":
            yield from ([column, use] for use in _USES for column in data[use])
        case "classes":
            for number, rule in enumerate(data[key], 1):
                head = [str(number), rule["class"]]
                cells = [[column, word] for column, words in rule["when"].items() for word in words or [""]]
                yield from (head + cell for cell in cells or [["", ""]])


# --- back again


def document_of(raw: bytes, file: str) -> Document:
    """What the workbook says, with the place of everything. Errors: InputError where a sheet is not there."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(raw))
        pages = {name: _cells(book.get_sheet_by_name(name), f"{file} [{name}]") for name in book.sheet_names}
    except python_calamine.CalamineError as error:
        raise InputError(
            Text("工作簿读不出", "this workbook cannot be read"),
            Text("用 inspect --anew 重新生成", "make it again with inspect --anew"),
            where=file,
            value=str(error),
        ) from None
    if _SETTINGS_TITLE not in pages:
        raise InputError(
            Text(f"没有工作表“{_SETTINGS_TITLE}”", f"there is no sheet {_SETTINGS_TITLE!r}"),
            Text("映射文件由 inspect 生成,工作表不改名", "inspect makes the mapping; its sheets keep their names"),
            where=file,
        )
    document = Document({}, {(): Marks(Place(file), Place(file))})
    rules: list[str] = []
    for place, cells in pages[_SETTINGS_TITLE]:
        _put_setting(document, place, cells)
    for sheet in SHEETS:
        for place, cells in pages.get(_title(sheet), []):
            width = len(sheet.heads)
            _put_row(document, sheet.key, place, (cells + [""] * width)[:width], rules)
    return document


def _cells(sheet: Any, shown: str) -> list[tuple[Place, list[str]]]:
    rows = sheet.to_python(skip_empty_area=False)
    if len(rows) > _MOST_ROWS:
        raise InputError(
            Text(f"工作表多于 {_MOST_ROWS} 行", f"a sheet has more than {_MOST_ROWS} rows"),
            Text("映射只列名称,不列办件", "a mapping lists names, not cases"),
            where=shown,
        )
    return [(Place(shown, n), [_text(cell) for cell in row]) for n, row in enumerate(rows[1:], 2) if any(row)]


def _text(cell: Any) -> str:
    """A number that somebody typed is the word that he sees."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _put_setting(document: Document, place: Place, cells: list[str]) -> None:
    key, value = ([*cells, "", ""])[:2]
    if not value:
        return
    top, _, inner = key.partition(".")
    found: Any = value
    if key == "file.header_rows":
        found = [_number(part.strip()) for part in value.split(",") if part.strip() not in ("", "-")]
    elif key == "shixian_mapping":
        found = _number(value)
    if not inner:
        document.put((top,), found, place)
        return
    if top not in document.data:
        document.put((top,), {}, place)
    document.put((top, inner), found, place)


def _number(text: str) -> Any:
    return int(text) if text.isdecimal() else text


def _put_row(document: Document, key: str, place: Place, cells: list[str], numbers: list[str]) -> None:
    if not any(cells):
        return
    top = cells[1] if key == "kept" else key
    if top not in document.data:
        kind: Any = [] if key in ("kept", "suspensions", "classes") else {}
        document.put((top,), kind, place)
    within = document.data[top]
    match key:
        case "milestones" | "steps" | "states":
            if cells[0] in within:
                raise InputErrors([_twice(place, cells[0])])
            means = {field: cell for field, cell in zip(_MEANS, cells[1:], strict=False) if cell}
            document.put((top, cells[0]), cells[1] if key == "states" else means, place)
        case "suspensions":
            within.append({"start": cells[0], "end": cells[1]})
        case "kept":
            within.append(cells[0])
        case "classes":
            _put_rule(within, cells, numbers)
    if isinstance(within, list):
        document.marks[(top, len(within) - 1)] = Marks(place, place)


def _put_rule(rules: list[Any], cells: list[str], numbers: list[str]) -> None:
    """Rows with the number of the row above them belong to its rule."""
    number, name, column, word = cells
    if not numbers or numbers[-1] != number:
        rules.append({"class": name, "when": {}})
        numbers.append(number)
    if column:
        words = rules[-1]["when"].setdefault(column, [])
        if word:
            words.append(word)


def _twice(place: Place, value: str) -> InputError:
    rule = Text("同一名称写了两行", "one name has two rows")
    return InputError(rule, Text("只保留一行", "keep one of the two"), where=str(place), value=value)
