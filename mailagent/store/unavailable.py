"""The one place that knows the database drivers' exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from mailagent.errors import StoreUnavailable

_OUR_FAULT = (exc.IntegrityError, exc.DataError)
"""A rule of the schema was broken: a bug to show as it is, waiting would not help."""


@contextmanager
def translated(place: str) -> Iterator[None]:
    """Turn "cannot use the database" into StoreUnavailable; `place` is its URL without secrets."""
    try:
        yield
    except _OUR_FAULT:
        raise
    except exc.DBAPIError as error:
        raise StoreUnavailable(f"The database {place} cannot be used: {_words(error)}.") from error
    except exc.TimeoutError as error:
        raise StoreUnavailable(f"The database {place} is too busy.") from error


def _words(error: exc.DBAPIError) -> str:
    """The driver's first line, without statement or values; what to do where we know it."""
    lines = str(error.orig).strip().splitlines()
    words = lines[0].rstrip(".") if lines else type(error.orig).__name__
    for sign, hint in _HINTS.items():
        if sign in words:
            return f"{words} ({hint})"
    return words


_HINTS = {
    "unable to open database file": "is the path right, and may we write there?",
    "no such table": "not set up yet, or of another version: `mailagent run` brings it up to date",
    "no such column": "of another version: `mailagent run` brings it up to date",
    "does not exist": "not set up yet, or of another version: `mailagent run` brings it up to date",
    "malformed": "the file is damaged: restore a backup",
    "file is not a database": "the file is damaged or something else: restore a backup",
    "disk is full": "free some space; nothing is lost",
    "readonly database": "may we write the file and its folder?",
    "database is locked": "another program keeps it locked",
}
