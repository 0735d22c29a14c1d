"""Event logs as Parquet files: rule 15's names as columns, one row for each execution.

Beside the rows, the file's metadata hold as canonical JSON what a reader needs to have the log back: the pools, the
calendars day by day, the run's begin and end, the missing columns. The same log gives the same bytes. Calendars that
were read know when they are open, no longer why they are closed.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.eventlog import (
    KINDS,
    NO_ROW,
    OUTCOMES,
    CaseTable,
    Coded,
    EventLog,
    GroupInfo,
    Ints,
    NeedRow,
    Server,
    Stints,
)
from sim.logbuilder import needs_order, recoded, server_order
from sim.logcheck import check_log
from sim.model.open_time import Calendar
from sim.model.quantities import DAY_US
from sim.text import Text
from sim.whole_files import write_whole

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1
ATTRIBUTE = "case:"
"""Begins the name of a column that holds an attribute of the case, as in XES."""

_KEY = b"shixian"


def write_log(log: EventLog, path: Path) -> None:
    """Write a log as one Parquet file, whole or not at all; errors as :func:`sim.whole_files.write_whole`."""
    write_whole(path, content_of(log))


def content_of(log: EventLog) -> bytes:
    """The bytes of a log's file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = _table(log)
    words = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]  # of numbers few come twice
    pq.write_table(table, buffer, compression="zstd", use_dictionary=words, row_group_size=max(len(log), 1),
                   write_page_checksum=True)  # fmt: skip
    return buffer.getvalue()


def is_log(path: Path) -> bool:
    """Whether a file is one that :func:`write_log` wrote; any other Parquet file is some export."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return _KEY in (pq.read_schema(path).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def read_log(path: Path) -> EventLog:
    """Read a log back, and check it. Errors: InputError where it is no event log, damaged, or breaks rule 15."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path, page_checksum_verification=True)
        beside = json.loads(table.schema.metadata[_KEY])
        if beside["version"] == VERSION:
            log = _log(table.combine_chunks(), beside)
            check_log(log)
            return log
    except InputError as error:
        raise error.at(str(path)) from None
    except FileNotFoundError:
        raise _refusal(path, Text("没有这个文件", "there is no such file")) from None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        raise _refusal(path, Text("不是事件日志文件,或已损坏", "not the file of an event log, or damaged")) from None
    raise _refusal(path, Text("事件日志文件的版本不同", "the file is of another version"))


def _refusal(path: Path, rule: Text) -> InputError:
    return InputError(rule, Text("重新模拟或重新导出", "simulate or export the log again"), where=str(path))


# --- out


def _table(log: EventLog) -> pa.Table:
    import pyarrow as pa

    cases = log.cases
    identity = pa.array(cases.id)
    columns: dict[str, pa.Array] = {
        "kind": _coded(log.kind, KINDS),
        "case": identity.take(pa.array(log.case)),
        "label": _labels(log),
        "class": _per_case(log, cases.case_class),
        "process": _per_case(log, cases.process),
        "parent": identity.take(pa.array(cases.parent, mask=cases.parent < 0)).take(pa.array(log.case)),
        "accepted": _times(cases.accepted[log.case]),
        "step": _coded(log.step.codes, log.step.names),
        "stage": _coded(log.stage.codes, log.stage.names),
        "visit": pa.array(log.visit),
        "owner": _coded(log.owner.codes, log.owner.names),
        "ready": _times(log.ready),
        "start": _times(log.start),
        "end": _times(log.end),
        "outcome": _coded(log.outcome, OUTCOMES),
        "session": _coded(log.session.codes, log.session.names),
        "needs": _coded(log.needs, [_needs_text(needs) for needs in log.needs_names]),
        "stints": _stints(log),
        "released_by": pa.array(log.released_by, pa.int64(), mask=log.released_by == NO_ROW),
        "unsplittable": pa.array(log.unsplittable),
        "duration_us": pa.array(log.duration_us),
        **({} if log.who is None else {"who": _coded(log.who.codes, log.who.names)}),
        **{f"{ATTRIBUTE}{name}": _per_case(log, column) for name, column in cases.attributes.items()},
    }
    beside = {
        "version": VERSION,
        "begin": log.begin,
        "end_of_run": log.end_of_run,
        "missing": log.missing,
        "pools": dict(log.pools),
        "calendars": {name: _hours(calendar) for name, calendar in log.calendars.items()},
    }
    text = json.dumps(beside, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return pa.table(columns, metadata={_KEY: text.encode()})


def _coded(codes: NDArray[Any], names: Sequence[str]) -> pa.Array:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32), mask=codes < 0), pa.array(names, pa.string())
    )


def _labels(log: EventLog) -> pa.Array:
    import pyarrow as pa

    each = pa.array([label or None for label in log.cases.label], pa.string()).dictionary_encode()
    return each.take(pa.array(log.case))


def _per_case(log: EventLog, column: Coded) -> pa.Array:
    return _coded(column.codes[log.case], column.names)


def _times(instants: Ints) -> pa.Array:
    """NAT is NumPy's NaT, which Arrow takes for null."""
    import pyarrow as pa

    return pa.array(instants.view("datetime64[us]"))


def _needs_text(needs: Sequence[NeedRow]) -> str:
    said = [{"pool": n.pool, "n": n.n} | ({} if n.kept is None else {"kept": _server_text(n.kept)}) for n in needs]
    return json.dumps(said, ensure_ascii=False)


def _server_text(server: Server) -> str:
    """``pool/group/index``, as positions are written in scenario folders."""
    return "/".join(map(str, server))


def _stints(log: EventLog) -> pa.Array:
    import pyarrow as pa

    stints = log.stints
    servers = _coded(stints.servers, [_server_text(server) for server in log.servers])
    each = pa.ListArray.from_arrays(pa.array(stints.server_first), servers)
    stretches = pa.StructArray.from_arrays(
        [_times(stints.start), _times(stints.stop), each], ["start", "stop", "servers"]
    )
    return pa.ListArray.from_arrays(pa.array(stints.first), stretches)


def _hours(calendar: Calendar) -> dict[str, Any]:
    """A calendar as its different shifts (from midnight, length), and for each interval days gone on and shift."""
    date, opens = np.divmod(calendar.opens, DAY_US)
    shifts, each = np.unique(np.stack([opens, calendar.closes - calendar.opens], axis=1), axis=0, return_inverse=True)
    return {
        "first_us": calendar.first_us,
        "last_us": calendar.last_us,
        "shifts": shifts.tolist(),
        "days_on": np.diff(date, prepend=0).tolist(),
        "shift": each.tolist(),
    }


# --- in


def _log(table: pa.Table, beside: Mapping[str, Any]) -> EventLog:
    ids, first, place = np.unique(_numbers(table, "case", 0), return_index=True, return_inverse=True)
    needs_text = _words(table, "needs")
    needs = [_needs(text) for text in needs_text.names]
    needs_codes, needs_names = recoded(needs_text.codes, needs, needs_order)
    stints, servers = _stints_of(table, {need.kept for each in needs for need in each if need.kept is not None})
    return EventLog(
        kind=_places(table, "kind", KINDS),
        case=place.astype(np.int32),
        step=_words(table, "step"),
        stage=_words(table, "stage"),
        owner=_words(table, "owner"),
        visit=_numbers(table, "visit", 0).astype(np.int32),
        ready=_instants(table, "ready"),
        start=_instants(table, "start"),
        end=_instants(table, "end"),
        outcome=_places(table, "outcome", OUTCOMES),
        session=_words(table, "session"),
        needs=needs_codes,
        released_by=_numbers(table, "released_by", NO_ROW).astype(np.int32),
        unsplittable=_numbers(table, "unsplittable", False),
        duration_us=_numbers(table, "duration_us", 0).astype(np.int64),
        stints=stints,
        needs_names=needs_names,
        servers=servers,
        cases=_cases(table.take(first), ids),
        begin=beside["begin"],
        end_of_run=beside["end_of_run"],
        pools={name: tuple(GroupInfo(*group) for group in groups) for name, groups in beside["pools"].items()},
        calendars={name: _calendar(hours) for name, hours in beside["calendars"].items()},
        missing=tuple(beside["missing"]),
        who=_words(table, "who") if "who" in table.column_names else None,
    )


def _cases(rows: pa.Table, ids: NDArray[np.uint64]) -> CaseTable:
    """From one row of each case."""
    label = _words(rows, "label")
    spawned = rows.column("parent").is_valid().to_numpy()
    parent = np.where(spawned, np.searchsorted(ids, _numbers(rows, "parent", 0)), -1)
    attributes = [name.removeprefix(ATTRIBUTE) for name in rows.column_names if name.startswith(ATTRIBUTE)]
    return CaseTable(
        id=ids,
        label=tuple("" if code < 0 else label.names[code] for code in label.codes),
        case_class=_words(rows, "class"),
        process=_words(rows, "process"),
        parent=parent.astype(np.int64),
        accepted=_instants(rows, "accepted"),
        attributes={name: _words(rows, ATTRIBUTE + name) for name in attributes},
    )


def _numbers(table: pa.Table, name: str, for_null: int) -> NDArray[Any]:
    return table.column(name).fill_null(for_null).to_numpy()


def _instants(table: pa.Table, name: str) -> Ints:
    return _instants_of(table.column(name))


def _instants_of(column: pa.Array) -> Ints:
    return np.asarray(column).astype("datetime64[us]").astype(np.int64)


def _decoded(column: pa.Array) -> tuple[NDArray[np.int32], list[str]]:
    coded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    return coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()


def _words(table: pa.Table, name: str) -> Coded:
    return Coded(*recoded(*_decoded(table.column(name).combine_chunks()), str.encode))


def _places(table: pa.Table, name: str, names: Sequence[str]) -> NDArray[np.int8]:
    codes, found = _decoded(table.column(name).combine_chunks())
    return np.array([names.index(word) for word in found], dtype=np.int8)[codes]


def _needs(text: str) -> tuple[NeedRow, ...]:
    said = json.loads(text)
    return tuple(NeedRow(n["pool"], n["n"], _server(n["kept"]) if "kept" in n else None) for n in said)


def _server(text: str) -> Server:
    pool, group, index = text.rsplit("/", 2)
    return Server(pool, int(group), int(index))


def _stints_of(table: pa.Table, kept: set[Server]) -> tuple[Stints, tuple[Server, ...]]:
    column = table.column("stints").combine_chunks()
    stretches = column.flatten()
    each = stretches.field("servers")
    codes, names = _decoded(each.flatten())
    found = [_server(name) for name in names]
    servers = tuple(sorted({found[code] for code in np.unique(codes)} | kept, key=server_order))
    place = np.array([servers.index(server) if server in servers else -1 for server in found], dtype=np.int32)
    first, server_first = (np.asarray(part.offsets) for part in (column, each))
    start, stop = (
        np.asarray(stretches.field(name)).astype("datetime64[us]").astype(np.int64) for name in ("start", "stop")
    )
    stints = Stints(first - first[0], start, stop, server_first - server_first[0], place[codes])
    return stints, servers


def _calendar(hours: Mapping[str, Any]) -> Calendar:
    shifts = np.array(hours["shifts"], dtype=np.int64).reshape(-1, 2)[np.array(hours["shift"], dtype=np.int64)]
    opens = np.cumsum(np.array(hours["days_on"], dtype=np.int64)) * DAY_US + shifts[:, 0]
    intervals = zip(opens.tolist(), (opens + shifts[:, 1]).tolist(), strict=True)
    return Calendar(list(intervals), hours["first_us"], hours["last_us"])
