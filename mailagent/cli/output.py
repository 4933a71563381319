"""How results are printed: JSON for programs, tables and times for people."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mailagent.errors import Problem

PIPE_WIDTH = 200  # of a table that goes into a file or a pipe, where no screen sets the width


def _width() -> int | None:
    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH


console = Console(highlight=False, emoji=False, width=_width())
errors = Console(stderr=True, highlight=False, emoji=False)


# What JSON may hold as it is and a terminal obeys, or no eye sees; the rest json.dumps escapes.
_INVISIBLE = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def as_data(value: Any) -> Any:
    """A value as JSON data: amounts stay integers, dates and times become ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_data(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, dict):
        return {str(k): as_data(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_data(v) for v in value]
    return value


def print_json(value: Any) -> None:
    """One document on stdout."""
    # Flushed here, where a reader that went away (`| head`) is noticed, not at the interpreter's end.
    print(_json(value, indent=2), flush=True)  # noqa: T201 - stdout is the interface


def print_line(value: Any) -> None:
    """One JSON document on one line, for `--jsonl`."""
    print(_json(value), flush=True)  # noqa: T201 - same


def _json(value: Any, indent: int | None = None) -> str:
    """Readable JSON in which nothing drives a terminal, hides, or is half a character."""
    text = json.dumps(as_data(value), ensure_ascii=False, indent=indent)
    return _INVISIBLE.sub(lambda match: json.dumps(match[0])[1:-1], text)


def safe(text: str) -> str:
    """Text from outside, not read as markup; what drives a terminal, hides or turns round shows its code."""
    return escape("".join(c if c.isprintable() else _shown(c) for c in text))


def _shown(character: str) -> str:
    return " " if character.isspace() else f"‹{ord(character):04X}›"


def moment(at: datetime, zone: str = "UTC") -> str:
    """A time as read by people, with its zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def print_problem(sentence: str) -> None:
    """What went wrong, on stderr."""
    errors.print(f"[bold red]✗[/] {safe(sentence)}", soft_wrap=True)


def print_problems(problems: Iterable[Problem]) -> None:
    """Everything that is wrong with the configuration."""
    told = [str(problem) for problem in problems]
    for sentence in told:
        print_problem(sentence)
    what = "problem" if len(told) == 1 else "problems"
    errors.print(f"{len(told)} {what} in the configuration.")


def table(title: str, *columns: str) -> Table:
    """An empty table."""
    made = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None
    )
    for column in columns:
        made.add_column(column, overflow="fold")
    return made
