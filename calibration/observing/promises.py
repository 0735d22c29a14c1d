"""The limits alone, without any process: what a utility needs to look at its own log."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from pydantic import Field, ValidationError

from sim.errors import InputError, InputErrors
from sim.eventlog import NAT, EventLog
from sim.model import files
from sim.model.base import LEGAL, PREDEFINED_OWNERS, Owner, Service, Stage
from sim.model.calendars import PREDEFINED, CalendarSpec
from sim.model.limits import Limit
from sim.model.open_time import Calendar
from sim.model.part import Id, Name, Part
from sim.model.quantities import DAY_US
from sim.model.refusals import refusals
from sim.model.statutory import StatutoryTable
from sim.text import Text


class Promises(Part):
    """The sections of a scenario folder that say what is promised, and on which days time counts."""

    name: Name = Text("承诺时限", "limits")
    statutory: StatutoryTable = StatutoryTable()
    services: dict[Id, Service] = Field(default_factory=dict)
    owners: dict[Id, Owner] = Field(default_factory=dict)
    stages: dict[Id, Stage] = Field(default_factory=dict)
    calendars: dict[Id, CalendarSpec] = Field(default_factory=dict)
    limits: dict[str, Limit] = Field(min_length=1)

    def owner_names(self) -> dict[str, Text]:
        return {id_: owner.name for id_, owner in (PREDEFINED_OWNERS | self.owners).items()}

    def classes(self) -> list[str]:
        """Those that the limits speak of, in their order."""
        limits = self.limits.values()
        readings = (reading.classes or () for limit in limits for reading in limit.readings)
        return list(dict.fromkeys(chain(*(limit.classes for limit in limits), *readings)))

    def legal(self, first_us: int, last_us: int) -> Calendar:
        """The calendar of the law's clock over whole days."""
        specs = {**PREDEFINED, **self.calendars}
        return specs[LEGAL].compile(first_us, last_us, statutory=self.statutory, calendars=specs)

    def legal_of(self, log: EventLog) -> Calendar:
        """The same over all that a log tells."""
        known = [column[column != NAT] for column in (log.ready, log.start, log.end, log.cases.accepted)]
        first = min([int(column.min()) for column in known if column.size] + [log.begin])
        last = max([int(column.max()) for column in known if column.size] + [log.end_of_run])
        return self.legal(first // DAY_US * DAY_US, last // DAY_US * DAY_US + DAY_US)


def load_promises(folder: Path) -> Promises:
    """Read the limits of a folder; of a whole scenario folder its other sections are passed over.

    Errors: :class:`InputErrors` with file and line; :class:`InputError` where there is no limit, or no calendar
    called ``legal`` for their clock.
    """
    document = files.gather(folder)
    if not document.data.get("limits"):
        raise InputError(
            Text("目录中没有承诺时限", "the folder has no limits"),
            Text(
                "写明含有 limits 一节的目录,例如情景目录",
                "name a folder with `limits`, such as a scenario folder",
            ),
            where=str(folder),
        )
    data = {key: value for key, value in document.data.items() if key in Promises.model_fields}
    try:
        found = Promises.model_validate(data)
    except ValidationError as error:
        raise InputErrors(refusals(error, document)) from None
    if LEGAL not in found.calendars:
        raise InputError(
            Text("没有名为 legal 的日历,时限无从计时", "there is no calendar called `legal` to time limits on"),
            Text("在 calendars 一节写出 legal", "describe it in the section `calendars`"),
            where=str(folder),
        )
    return found
