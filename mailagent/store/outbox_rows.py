"""How outgoing mails lie in their table, and the one change that is made to several at once."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Row, Update, bindparam, case, false, func, or_, update

from mailagent.core.delivery import Outcome
from mailagent.core.outbox import TRANSITIONS, OutboxMail, OutboxState
from mailagent.store.tables import outbox

UNCLAIMED = {"claimed_by": "", "lease_until": None}


@lru_cache
def recording(to: OutboxState, *, fenced: bool) -> Update:
    """The change of state after an attempt; built once, because that takes as long as running it."""
    before_data = outbox.c.state == OutboxState.CLAIMED.value
    now = bindparam("now", type_=outbox.c.sent_at.type)
    said = bindparam("said", type_=outbox.c.reply.type)
    again = bindparam("again", type_=outbox.c.next_attempt_at.type)
    change: dict[str, Any] = {
        name: case((before_data, value), else_=outbox.c[name])
        for name, value in one_more(now).items()
    }
    change |= {
        "state": to.value,
        "reason": bindparam("why"),
        "reply": func.coalesce(said, outbox.c.reply),
        "next_attempt_at": func.coalesce(again, outbox.c.next_attempt_at),
        "sent_at": now if to is OutboxState.SENT else outbox.c.sent_at,
        **UNCLAIMED,
    }
    recording = update(outbox).where(
        outbox.c.company == bindparam("of"),
        outbox.c.id == bindparam("mail"),
        or_(
            false(), *(outbox.c.state == source for source in sources(to))
        ),  # IN takes no executemany
    )
    if fenced:
        recording = recording.where(outbox.c.fence == bindparam("held"))
    return recording.values(change)


def sources(to: OutboxState) -> list[str]:
    """The states from which a mail may get there."""
    return [state.value for state, targets in TRANSITIONS.items() if to in targets]


def one_more(now: datetime | BindParameter[datetime]) -> dict[str, Any]:
    """One more attempt: a server is, or was, asked to take it."""
    return {
        "attempts": outbox.c.attempts + 1,
        "first_attempt_at": func.coalesce(outbox.c.first_attempt_at, now),
    }


def reply_of(outcome: Outcome) -> str:
    """The server's words on one line: "451 4.7.1 try again later"."""
    parts = (str(outcome.code or ""), outcome.enhanced, outcome.text)
    return " ".join(part for part in parts if part)


def values_of(mail: OutboxMail) -> dict[str, Any]:
    """The row of a new mail."""
    values = {field.name: getattr(mail, field.name) for field in fields(mail)}
    values["state"] = mail.state.value
    values["invoices"] = json.dumps(mail.invoices)
    values["balances"] = json.dumps(mail.balances)
    return values


def mail_of(row: Row[Any]) -> OutboxMail:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    values["state"] = OutboxState(row.state)
    values["invoices"] = tuple(json.loads(row.invoices))
    values["balances"] = tuple((n, amount, code) for n, amount, code in json.loads(row.balances))
    return OutboxMail(**values)
