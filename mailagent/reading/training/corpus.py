"""The labelled mails of `corpus/`: one JSON object a line, as `docs/labelling.md` describes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mailagent.core.mail import Intent

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt")
# What a person or a machine says; a bounce is told by its structure and never by a model.
INTENTS: tuple[Intent, ...] = tuple(intent for intent in Intent if intent is not Intent.BOUNCE)
REASONS = frozenset(
    {
        "price",
        "quantity",
        "quality",
        "not_delivered",
        "not_ordered",
        "duplicate",
        "already_credited",
        "contract",
        "other",
    }
)

_NEEDED = frozenset({"lang", "subject", "body", "sent_at", "intents", "writer", "family"})
_KNOWN = _NEEDED | {"open", "fields", "raw"}
_DAYS = ("paid_date", "promised_date", "return_date")
_FIELDS = frozenset(
    {*_DAYS, "amount", "currency", "instalments", "references", "contact", "reason"}
)


class BadLine(ValueError):
    """A line that breaks the labelling guide; says where and what."""


@dataclass(frozen=True, slots=True)
class Said:
    """One intent of a mail. `quote` is verbatim; empty only in mails labelled before quotes were."""

    intent: Intent
    quote: str
    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled mail. `said` begins with what one acts on."""

    where: str  # "fr-a:12", file and line
    lang: str
    subject: str
    body: str
    raw: bool  # the body is a whole RFC 5322 message
    sent_at: datetime
    open: tuple[str, ...]  # the customer's open invoice numbers
    said: tuple[Said, ...]
    fields: Mapping[str, Any]
    writer: str
    family: str

    @property
    def first(self) -> Intent:
        return self.said[0].intent


def read_corpus(folder: Path) -> Iterator[Line]:
    """Every line of a folder's files in order of their names. Raises BadLine at the first that is wrong."""
    for file in sorted(folder.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                yield read_line(line, f"{file.stem}:{number}")


def read_line(line: str, where: str) -> Line:
    """One line checked against the guide. Raises BadLine."""
    try:
        raw = json.loads(line)
        found = _line(raw, where)
        faults = [*_faults(raw, found)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadLine(f"{where}: {type(error).__name__}: {error}") from error
    if faults:
        raise BadLine(f"{where}: {'; '.join(faults)}")
    return found


def _line(raw: Mapping[str, Any], where: str) -> Line:
    said = tuple(
        Said(Intent(s["intent"]), s["quote"], tuple(s.get("invoices", ()))) for s in raw["intents"]
    )
    return Line(
        where=where,
        lang=raw["lang"],
        subject=raw["subject"],
        body=raw["body"],
        raw=bool(raw.get("raw")),
        sent_at=datetime.fromisoformat(raw["sent_at"]),
        open=tuple(raw.get("open", ())),
        said=said,
        fields=raw.get("fields", {}),
        writer=raw["writer"],
        family=raw["family"],
    )


def _faults(raw: Mapping[str, Any], line: Line) -> Iterator[str]:
    if raw.keys() - _KNOWN:
        yield f"unknown keys {sorted(raw.keys() - _KNOWN)}"
    if line.lang not in LANGUAGES:
        yield f"language {line.lang}"
    if line.sent_at.tzinfo is None:
        yield "sent_at without its offset from UTC"
    if not line.said:
        yield "no intent"
    if len(line.said) > 1 and any(s.intent is Intent.OTHER for s in line.said):
        yield "`other` stands alone"
    for said in line.said:
        yield from _faults_of_intent(said, line)
    yield from _faults_of_fields(line.fields)


def _faults_of_intent(said: Said, line: Line) -> Iterator[str]:
    if said.intent not in INTENTS:
        yield f"{said.intent} is not for people's mail"
    if not line.raw and said.quote not in line.body and said.quote not in line.subject:
        yield f"the quote is not in the mail: {said.quote}"
    for number in said.invoices:
        if number not in line.open:
            yield f"{number} is not among the open invoices"


def _faults_of_fields(fields: Mapping[str, Any]) -> Iterator[str]:
    if fields.keys() - _FIELDS:
        yield f"unknown fields {sorted(fields.keys() - _FIELDS)}"
    for name in _DAYS:
        try:
            date.fromisoformat(fields.get(name, "2000-01-01"))
        except (ValueError, TypeError):
            yield f"{name} is no date: {fields[name]}"
    if "amount" in fields and not (
        isinstance(fields["amount"], int) and len(fields.get("currency", "")) == 3
    ):
        yield "an amount is in minor units and has its currency"
    if fields.get("reason", "other") not in REASONS:
        yield f"reason {fields['reason']}"
