"""What the attributes of cases and their values are called; everything but words goes by their ids (rule 11)."""

from __future__ import annotations

from pydantic import Field

from sim.model.part import Name, Part
from sim.text import Text

CLASS = "class"
"""The attribute that every case has: its class, which is called as the source that brings it."""
CLASS_NAME = Text("办件类别", "class")


class Attribute(Part):
    """An attribute of cases (办件属性) and the values that it may have; any, where none are given."""

    name: Name
    values: dict[str, Name] = Field(default_factory=dict)
