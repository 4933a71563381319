"""A CSV file of another program as rows with line numbers; encodings and delimiters as they come."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailagent.errors import Problem

DELIMITERS = ";,\t|"
MAX_BYTES = 50_000_000
_OTHER_FORMATS = {  # by their first bytes
    b"PK\x03\x04": "a spreadsheet (XLSX, ODS)",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (XLS)",
    b"%PDF": "a PDF",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; values are stripped, absent columns are empty."""

    line: int  # as an editor counts, the header is line 1
    values: Mapping[str, str]  # our column name -> text

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that could be read, and what was wrong with the file as a whole."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    ignored: tuple[str, ...] = ()  # columns of the file that we have no use for


def decode(data: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read_table(
    file: str,
    data: bytes,
    names: Mapping[str, Sequence[str]],
    mapping: Mapping[str, str],
    required: Sequence[str],
) -> Table:
    """The rows of a CSV file under our column names.

    `names` lists the usual headers of each of our columns; `mapping` (our column -> header in the file)
    wins over it.
    """
    if len(data) > MAX_BYTES:
        return _unusable(file, "file", "it is larger than 50 MB", "Split it.")
    for mark, what in _OTHER_FORMATS.items():
        if data.startswith(mark):
            return _unusable(file, "file", f"it is {what}", "Save it as CSV in its own program.")
    text = decode(data).replace("\x00", "")
    if not text.strip():
        return _unusable(file, "file", "it is empty", "Export it again.")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        columns, problems = _columns(file, header, names, mapping, required)
        if problems:
            return Table((), problems)
        rows = tuple(_rows(lines, columns))
    except csv.Error as error:
        return _unusable(file, f"line {lines.line_num}", str(error), "Save the file as CSV again.")
    used = set(columns)
    ignored = tuple(h for i, h in enumerate(header) if i not in used and h)
    return Table(rows, (), ignored)


def _unusable(file: str, what: str, why: str, hint: str) -> Table:
    return Table((), (Problem(file, what, why, hint),))


def _delimiter(text: str) -> str:
    """The character that splits the header into most columns."""
    header = text.split("\n", 1)[0]
    return max(DELIMITERS, key=header.count)


def _fold(header: str) -> str:
    return "".join(c for c in header.lower() if c.isalnum())


def _columns(
    file: str,
    header: Sequence[str],
    names: Mapping[str, Sequence[str]],
    mapping: Mapping[str, str],
    required: Sequence[str],
) -> tuple[dict[int, str], tuple[Problem, ...]]:
    """Which column of the file is which of ours: as told, else by its usual headers."""
    places = {_fold(title): i for i, title in reversed(list(enumerate(header)))}
    there = ", ".join(title for title in header if title) or "none"
    problems = list(_bad_mappings(file, places, there, names, mapping))
    told = {column: _fold(title) for column, title in mapping.items() if column in names}
    columns = {places[title]: column for column, title in told.items() if title in places}
    for column, titles in names.items():
        place = next((places[_fold(t)] for t in (column, *titles) if _fold(t) in places), None)
        if column not in columns.values() and place is not None and place not in columns:
            columns[place] = column
    for column in required:
        if column not in columns.values() and column not in mapping:
            why, hint = (
                f"no such column; the file has: {there}",
                f"Name it with --map {column}=HEADER.",
            )
            problems.append(Problem(f"{file}, line 1", column, why, hint))
    return columns, tuple(problems)


def _bad_mappings(
    file: str,
    places: Mapping[str, int],
    there: str,
    names: Mapping[str, Sequence[str]],
    mapping: Mapping[str, str],
) -> Iterator[Problem]:
    """What a person told about the columns and cannot be."""
    for column, title in mapping.items():
        what = f"mapping {column}"
        if column not in names:
            yield Problem(file, what, "there is no such column", f"Known: {', '.join(names)}.")
        elif _fold(title) not in places:
            yield Problem(file, what, f"the file has no column {title!r}", f"It has: {there}.")


def _rows(lines: Any, columns: Mapping[int, str]) -> Iterator[Row]:
    for cells in lines:
        if any(cell.strip() for cell in cells):
            values = {columns[i]: c.strip() for i, c in enumerate(cells) if i in columns}
            yield Row(lines.line_num, values)
