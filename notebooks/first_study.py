# %% [markdown]
# # A first study / 第一次模拟
#
# A notebook in percent format: open it in Jupyter through jupytext, in an editor that knows `# %%` cells, or run it as
# a program. It walks the example of `scenarios/example` by hand: one history, its clock, where the time went.

# %%
import numpy as np

import sim
from sim.analysis.attribution import time_split
from sim.model.working_days import WorkingDays

folder = sim.load("scenarios/example")
today = folder.scenario("today")
log = sim.simulate(today, seed=1)
print(f"{len(log.cases)} cases, {len(log)} rows")

# %% [markdown]
# What the limit's clock reads, in whole working days from the day after acceptance.

# %%
limit = today.model.limits["L1"]
reading = limit.default_reading()
assert reading is not None and limit.value is not None
legal = WorkingDays(log.calendars["legal"])
times = sim.clock_times(log, limit.clock, reading.unit, legal)
finished = times.is_in("finished")
late = times.late(limit.value.amount)
print(f"mean {np.mean(times.days[finished]):.2f} working days, {late.sum()} of {finished.sum()} late")

# %% [markdown]
# Where every instant of a finished case went; the parts sum to the whole.

# %%
for (kind, owner), days in time_split(log).mean_days().items():
    print(f"{kind}, {owner}: {days:.2f} days a case")
