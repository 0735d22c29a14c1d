"""A mapping as a YAML file, with file and line in every error."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from calibration.importing.mapping import Mapping
from sim.errors import InputErrors
from sim.model import encodings, folders, yaml_source
from sim.model.refusals import refusals


def read_mapping(path: Path) -> Mapping:
    """Errors: :class:`InputErrors` with everything that is wrong, each with its line."""
    shown = path.as_posix()
    document = yaml_source.parse(encodings.utf8_or_gb18030(folders.read(path, shown), shown), shown)
    try:
        return Mapping.model_validate(document.data)
    except ValidationError as error:
        raise InputErrors(refusals(error, document)) from None
