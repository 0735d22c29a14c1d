"""The JSON Schema (draft 2020-12) of scenario files, for editors: a file may have any of the folder's sections.

It is as wide as the reader and no wider than it need be; what only the whole folder can tell, ``shixian check`` tells.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from sim.model.part import Id
from sim.model.scenario import Folder
from sim.text import Text

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = Text("时限(Shixian)情景文件", "a scenario file of Shixian")
_ID = TypeAdapter(Id).json_schema()
_FILE = {"type": "string", "pattern": r"\.csv$"}


def schema() -> dict[str, Any]:
    """The schema; the same in every run."""
    described = Folder.model_json_schema(schema_generator=_Generator)
    _write_short_forms(described["$defs"])
    properties = described["properties"]
    properties["initial"]["anyOf"] = [{"type": "array", "items": properties["initial"].pop("items")}, _FILE]
    del properties["initial"]["type"]
    return {
        "$schema": DIALECT,
        "title": "Shixian",
        "description": f"{_ABOUT.zh} | {_ABOUT.en}",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": described["$defs"],
    }


class _Generator(GenerateJsonSchema):
    """A list that is looked at before it is validated may be written as its only item."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        described = super().function_before_schema(schema)
        if "json_schema_input_schema" in schema:
            return described
        forms = described.get("anyOf", [described])
        items = [form["items"] for form in forms if form.get("type") == "array" and "items" in form]
        return {"anyOf": [*forms, *items]} if items else described

    def get_title_from_name(self, name: str) -> str:
        return ""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _write_short_forms(parts: dict[str, Any]) -> None:
    """What the parts accept beside their long form."""
    for short in ("Need", "Child"):
        parts[short] = {"anyOf": [_ID, parts[short]]}
    parts["Statistic"] = {"anyOf": [parts["Statistic"]["properties"]["kind"], parts["Statistic"]]}
    event = parts["Event"]
    which = {"which": event["properties"]["which"]}
    keyed = [
        {"type": "object", "properties": {at: _ID, **which}, "required": [at], "additionalProperties": False}
        for at in ("ready", "start", "end", "mark")
    ]
    parts["Event"] = {"anyOf": [{"enum": ["accepted", "closed"]}, *keyed, event]}
    pool, group = parts["Pool"], parts["Group"]
    pool["properties"] |= group["properties"]
    pool["required"].remove("groups")
    pool["anyOf"] = [{"required": ["groups"]}, {"required": group["required"]}]
    listed = parts["Source"]["properties"]["listed"]
    listed["anyOf"].append(_FILE)
