"""Tables in CSV that belong to a scenario folder: rows with their places, a refusal for every line that is wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator

from sim.errors import InputError
from sim.model.places import Place
from sim.names import nearest
from sim.text import Text

Row = dict[str, str]


def rows(
    text: str, file: str, needed: Collection[str], known: Collection[str] | None = None
) -> Iterator[tuple[Place, Row]]:
    """The rows with their places, blank ones left out, cells without the blanks around them.

    The first line names the columns: all that are ``needed``, none that is not ``known`` where that is given.
    """
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = [name.strip() for name in next(table, [])]
        _check_header(header, needed, known, Place(file, line))
        line = table.line_num + 1
        for cells in table:
            place, line = Place(file, line), table.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                raise InputError(
                    Text("这一行的列数多于首行", "this line has more columns than the first"),
                    Text("文字中有逗号时加英文引号", "quote a text that has a comma"),
                    where=str(place),
                    value=",".join(cells),
                )
            cells += [""] * (len(header) - len(cells))
            yield place, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except csv.Error as error:
        raise InputError(
            Text("这一行不是 CSV({error})", "this line is not CSV: {error}").format(error=error),
            Text("检查引号是否成对", "see that every quote is closed"),
            where=str(Place(file, line)),
        ) from None


def _check_header(header: list[str], needed: Collection[str], known: Collection[str] | None, place: Place) -> None:
    for name in header if known is not None else ():
        if name not in known:  # type: ignore[operator]
            raise InputError(
                Text("没有这一列", "there is no such column"), nearest(name, known or ()), where=str(place), value=name
            )
    if len(set(header)) < len(header) or not set(needed) <= set(header):
        columns = ", ".join(needed)
        raise InputError(
            Text("首行须有 {columns},各列只写一次", "the first line has {columns}, and each column once").format(
                columns=columns
            ),
            Text("首行写 {columns}", "let the first line be {columns}").format(columns=",".join(known or needed)),
            where=str(place),
            value=",".join(header),
        )
