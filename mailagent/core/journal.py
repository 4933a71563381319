"""The journal: what happened, why, in which order, and the chain that shows nobody changed it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

from mailagent.core.decisions import Cause
from mailagent.errors import Problem

JSON: TypeAlias = (
    "bool | int | float | str | list[JSON] | tuple[JSON, ...] | Mapping[str, JSON] | None"
)

GENESIS = ""
"""What the first entry of a company names as its predecessor's hash."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; each has a cause (promise P8)."""

    company: str
    seq: int  # 1, 2, 3 ... per company, no gap
    at: datetime
    event: str  # "invoice.paid", "hold.placed"
    subject: str  # what it is about: an invoice number, a customer reference ...
    data: Mapping[str, JSON]
    cause: Cause
    previous: str  # hash of the entry before; GENESIS for the first
    hash: str


def canonical(data: JSON) -> str:
    """JSON in the one spelling that is hashed: sorted keys, no spaces, ASCII."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_hash(
    company: str,
    seq: int,
    at: datetime,
    event: str,
    subject: str,
    data: Mapping[str, JSON],
    cause: Cause,
    previous: str,
) -> str:
    """SHA-256 over everything an entry says and the hash of the entry before it."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    said: list[JSON] = [
        company, seq, moment, event, subject, dict(data), cause.kind.value, cause.ref, previous,
    ]  # fmt: skip
    return hashlib.sha256(canonical(said).encode("ascii")).hexdigest()


def next_entry(
    last: Entry | None,
    *,
    company: str,
    at: datetime,
    event: str,
    subject: str,
    data: Mapping[str, JSON],
    cause: Cause,
) -> Entry:
    """The entry that follows `last` (None: the first of the company)."""
    seq = last.seq + 1 if last else 1
    previous = last.hash if last else GENESIS
    digest = entry_hash(company, seq, at, event, subject, data, cause, previous)
    return Entry(company, seq, at, event, subject, data, cause, previous, digest)


def verify(entries: Iterable[Entry], after: Entry | None = None) -> Problem | None:
    """The first break in the chain, or None. Give `after` to go on behind an entry already verified."""
    last = after
    for entry in entries:
        expected_seq = last.seq + 1 if last else 1
        if entry.seq != expected_seq:
            return _broken(entry, f"entry {expected_seq} is missing")
        if entry.previous != (last.hash if last else GENESIS):
            return _broken(entry, "it does not follow the entry before it")
        if entry.hash != _hash_of(entry):
            return _broken(entry, "its content is not what was written")
        last = entry
    return None


def _hash_of(entry: Entry) -> str:
    return entry_hash(
        entry.company,
        entry.seq,
        entry.at,
        entry.event,
        entry.subject,
        entry.data,
        entry.cause,
        entry.previous,
    )


def _broken(entry: Entry, why: str) -> Problem:
    return Problem(
        where=f"journal of {entry.company}",
        what=f"entry {entry.seq}",
        why=why,
        hint="Somebody changed the database by hand: compare with a backup before going on.",
    )
