"""Whatever a log says of durations, fitting it gives a law that a scenario file can say, or one clear refusal."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from calibration.durations import Observations, fit
from sim.errors import InputError
from sim.model.laws import Law

LAW = TypeAdapter(Law)
SIZES = st.sampled_from([0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 100.0]) | st.floats(0, 1e4)


@st.composite
def observations(draw: st.DrawFn) -> Observations:
    """Exact, between bounds, open, seen late, from dates, with weights, tied and far apart, a few or some dozens."""
    n = draw(st.integers(1, 25))
    scale = draw(st.sampled_from([1.0, 6e7, 3.6e9, 1e11]))
    low = np.array(draw(st.lists(SIZES, min_size=n, max_size=n)))
    width = np.array(draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 8.0, np.inf]), min_size=n, max_size=n)))
    late = np.array(draw(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.5, 0.99]), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.sampled_from([1.0, 1.0, 0.0, 2.5, 30.0]), min_size=n, max_size=n)))
    within = np.where(width > 0, draw(st.sampled_from([0.0, 1.0, 8.0])), 0.0)
    high = np.where(np.isfinite(width), low + width + within, np.inf)
    return Observations.of(
        scale * low, scale * high, weight=weight, entered=scale * late * low, start_within=scale * within
    )


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink such a case takes longer than to read it


@settings(max_examples=6, deadline=None, phases=PHASES)
@given(observations())
def test_a_law_or_a_refusal(seen: Observations) -> None:
    fits_or_refuses(seen)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, phases=PHASES)
@given(observations())
def test_a_law_or_a_refusal_many_times(seen: Observations) -> None:
    fits_or_refuses(seen)


def fits_or_refuses(seen: Observations) -> None:
    if not (seen.weight * np.isfinite(seen.high)).any():
        with pytest.raises(InputError, match="no duration is finished"):
            fit(seen)
        return
    found = fit(seen)
    law = LAW.validate_python(found.written()).compile()
    assert np.isfinite(law.mean)
    assert law.mean >= 0
    for estimate in (found.mean_interval, found.cv_interval):
        assert estimate.low <= estimate.value <= estimate.high
    assert all(np.isfinite(draw.compile().mean) for draw in found.bootstrap(2, np.random.default_rng(1)))
