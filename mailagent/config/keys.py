"""What every table of the configuration has in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class Keys(BaseModel):
    """The keys of one TOML table; an unknown one is a problem. Descriptions are the documentation."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, validate_default=True
    )


def key_groups(keys: type[BaseModel], prefix: str = "") -> dict[str, dict[str, FieldInfo]]:
    """Each table's own keys by its name: "" for the file itself, "legal", "staff" ..."""
    own: dict[str, FieldInfo] = {}
    groups = {prefix: own}
    for name, field in keys.model_fields.items():
        table = table_of(field.annotation)
        if table is None:
            own[name] = field
        else:
            groups |= key_groups(table, f"{prefix}.{name}" if prefix else name)
    return groups


def table_of(annotation: Any) -> type[BaseModel] | None:
    """The table a key stands for (`[legal]`, `[[staff]]`); None for a plain value."""
    for each in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None
