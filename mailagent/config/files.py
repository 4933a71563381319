"""TOML files to checked keys, with every fault named by file, line and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from mailagent.config.keys import table_of
from mailagent.errors import Problem

Location = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'+-]+?)\s*=")
_SECRET_WORDS = ("password", "passwd", "secret", "token", "pass")
_MANUAL = "See docs/configuration.md"


class TomlFile:
    """One file as read: its table, and where each key stands."""

    def __init__(self, path: Path, problems: list[Problem], *, optional: bool = False) -> None:
        self.path = path
        self.text = ""
        self.table: dict[str, Any] = {}  # empty for a file that is not there or not TOML
        self._problems = problems
        self.is_read = False
        if path.exists() or not optional:
            self.is_read = self._read()

    def _read(self) -> bool:
        try:
            self.text = self.path.read_text(encoding="utf-8")
            self.table = tomllib.loads(self.text)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            self.report((), f"cannot be read: {why}", "Correct its owner or permissions")
        except UnicodeDecodeError:
            self.report((), "is not UTF-8 text", "Save it as UTF-8")
        except tomllib.TOMLDecodeError as error:
            self.report((), f"is not TOML: {error}", "Texts stand in quotes, tables in brackets")
        else:
            return True
        return False

    def report(self, location: Location, why: str, hint: str) -> None:
        """Add a problem with one key of this file."""
        line = _line_of(self.text, location)
        where = f"{self.path}:{line}" if line else str(self.path)
        self._problems.append(Problem(where, _written(location) or self.path.name, why, hint))

    def report_all(self, error: ValidationError, keys: type[BaseModel], at: Location = ()) -> None:
        """Add each fault pydantic found in the table of `keys`, which stands at `at`."""
        for fault in error.errors(include_input=False, include_url=False):
            location = tuple(part for part in fault["loc"] if part != "[key]")
            why, hint = _explained(fault, location, keys)
            self.report((*at, *location), why, hint)


def _explained(
    fault: Mapping[str, Any], location: Location, keys: type[BaseModel]
) -> tuple[str, str]:
    if fault["type"] == "refused":
        return fault["ctx"]["why"], fault["ctx"]["hint"]
    if fault["type"] == "missing":
        return "is missing", _missing_hint(location, keys)
    if fault["type"] == "extra_forbidden":
        return _unknown_key(str(location[-1]), _known_at(location[:-1], keys))
    why = str(fault["msg"])
    return why[:1].lower() + why[1:], _MANUAL


def _missing_hint(location: Location, keys: type[BaseModel]) -> str:
    table = _table_at(location, keys)
    if table is None:
        return f"Add it. {_MANUAL}"
    needed = [name for name, field in table.model_fields.items() if field.is_required()]
    return f"Add [{_written(location)}] with {', '.join(needed)}. {_MANUAL}"


def _unknown_key(name: str, known: list[str]) -> tuple[str, str]:
    if any(word in name.lower() for word in _SECRET_WORDS):
        return (
            "a secret never stands in the configuration",
            "Take it out, change it where it was readable, and name its file with password_file",
        )
    near = difflib.get_close_matches(name, known, n=1)
    return (
        "is not a known key",
        f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}",
    )


def _known_at(location: Location, keys: type[BaseModel]) -> list[str]:
    table = _table_at(location, keys)
    return list(table.model_fields) if table else []


def _table_at(location: Location, keys: type[BaseModel]) -> type[BaseModel] | None:
    table: type[BaseModel] | None = keys
    for part in location:
        if isinstance(part, str) and table is not None:
            field = table.model_fields.get(part)
            table = table_of(field.annotation) if field else None
    return table


def _written(location: Location) -> str:
    """A location as people write it: `staff[1].address`."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _line_of(text: str, location: Location) -> int | None:
    """The line of a key, or of the innermost table that should have it."""
    lines = dict(_positions(text))
    depths = range(len(location), 0, -1)
    return next((lines[location[:n]] for n in depths if location[:n] in lines), None)


def _positions(text: str) -> Iterator[tuple[Location, int]]:
    """Each table and key of a file with its line, as far as it is written in the usual way."""
    table: Location = ()
    counts: dict[Location, int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _resolved(_names(header[2]), counts)
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            yield table, number
        elif key := _KEY.match(line):
            yield (*table, *_names(key[1])), number


def _resolved(names: Location, counts: Mapping[Location, int]) -> Location:
    """The path with the index of each array of tables that is open (`[[a]]` then `[[a.b]]`)."""
    path: Location = ()
    for name in names[:-1]:
        path = (*path, name)
        if path in counts:
            path = (*path, counts[path])
    return (*path, names[-1])


def _names(dotted: str) -> Location:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
