"""A name that nobody knows is refused with the one that was meant."""

from __future__ import annotations

from sim.names import near_to


def test_a_name_in_other_letters_means_the_name_itself_not_the_nearest_by_spelling() -> None:
    assert near_to("e4", ["P4", "E3", "E4"]) == "E4"
    assert near_to("E99", ["P9", "E9"]) == "E9"
