"""`mailagent classify --json`: a reading as plain JSON values. Other programs rely on this shape."""

from __future__ import annotations

from mailagent.core.mail import Fields, FoundIntent, Instalments, Reading

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def as_json(reading: Reading) -> dict[str, Json]:
    """The parts of a reading by their stable names."""
    return {
        "intents": [_intent(found) for found in reading.intents],
        "language": reading.language,
        "fields": _fields(reading.fields),
        "flags": [flag.value for flag in reading.flags],
        "decision": reading.decision.value,
        "model": reading.model,
    }


def _intent(found: FoundIntent) -> dict[str, Json]:
    return {
        "intent": found.intent.value,
        "confidence": found.confidence,
        "quote": found.quote,
        "invoices": list(found.invoices),
    }


def _fields(fields: Fields) -> dict[str, Json]:
    return {
        "paid_date": fields.paid_date,
        "promised_date": fields.promised_date,
        "return_date": fields.return_date,
        "amount": fields.amount,
        "currency": fields.currency,
        "instalments": _instalments(fields.instalments) if fields.instalments else None,
        "invoice_numbers": list(fields.invoice_numbers),
        "references": list(fields.references),
    }


def _instalments(parts: Instalments) -> dict[str, Json]:
    return {"count": parts.count, "amount": parts.amount, "first_date": parts.first_date}
