"""The search for the fewest people, against trying every combination."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sim.decide.fewest import Answer, Point, Search

TOP = 6


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[Point], list[float]]:
    """Points that are just enough, of which every greater one is enough, too; and costs."""
    pools = draw(st.integers(1, 3))
    point = st.tuples(*[st.integers(1, TOP)] * pools)
    return draw(st.lists(point, min_size=1, max_size=4)), draw(
        st.lists(st.floats(0.5, 4), min_size=pools, max_size=pools)
    )


def search(just_enough: list[Point], costs: list[float], most: int = 1000) -> Search:
    def enough(point: Point) -> bool:
        return any(all(n >= m for n, m in zip(point, one, strict=True)) for one in just_enough)

    def ask(point: Point) -> Answer:
        return Answer(enough(point), tuple(1.0 / n for n in point))

    pools = len(costs)
    return Search(ask, costs, (1,) * pools, (TOP + 1,) * pools, most)


@given(problems())
def test_what_is_found_costs_what_the_cheapest_of_all_combinations_costs(problem) -> None:
    just_enough, costs = problem
    its = search(just_enough, costs)
    found = its.fewest()
    cheapest = min(its.cost(one) for one in just_enough)
    assert found is not None and its.proven
    assert abs(its.cost(found) - cheapest) < 1e-9
    assert its.ask(found).enough


@given(problems())
def test_most_combinations_are_never_asked_for(problem) -> None:
    just_enough, costs = problem
    its = search(just_enough, costs)
    its.fewest()
    assert len(its.known) <= 2 * (TOP + 1) * len(costs) + 60
    assert len(its.known) <= len(list(product(range(1, TOP + 2), repeat=len(costs))))


@given(problems(), st.integers(2, 6))
def test_cut_short_it_names_what_is_enough_and_does_not_call_it_proven(problem, most: int) -> None:
    just_enough, costs = problem
    its = search(just_enough, costs, most)
    found = its.fewest()
    assert found is not None and its.ask(found).enough
    assert len(its.known) <= most
    if its.cost(found) > min(its.cost(one) for one in just_enough) + 1e-9:
        assert not its.proven


def test_where_even_the_ceiling_is_not_enough_there_is_no_answer() -> None:
    its = search([(TOP + 2, 1)], [1.0, 1.0])
    assert its.fewest() is None
    assert len(its.known) == 1
