"""The outbox: mails to send, and what became of each. Every move between states is checked here."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Executable, Row, Update, and_, case, func, or_, select, update

from mailagent.core.delivery import Delivery, Outcome
from mailagent.core.outbox import TRANSITIONS, OutboxMail, OutboxState
from mailagent.errors import InvalidTransition, LeaseLost
from mailagent.store.repository import Repository, in_chunks
from mailagent.store.tables import UNFILED, outbox

_READY = (OutboxState.QUEUED, OutboxState.DEFERRED)
_UNCLAIMED = {"claimed_by": "", "lease_until": None}


class Outbox(Repository):
    """Promise P5: one mail per (company, customer, step, cycle), sent at most once unknowingly."""

    async def next_id(self) -> int:
        """The id that `add` gives next in this transaction: the mail's own tokens contain it."""
        return await self._next_id(outbox)

    async def add(self, mail: OutboxMail) -> int | None:
        """Store a new mail; None when that reminder was planned before. `mail.id` 0: the next id."""
        values = _values(mail) | {"id": mail.id or await self.next_id()}
        added = self._insert(outbox, values).on_conflict_do_nothing().returning(outbox.c.id)
        made: int | None = await self._scalar(added)
        return made

    async def get(self, mail: int) -> OutboxMail | None:
        """One mail, or None."""
        return next(iter(await self.by_ids((mail,))), None)

    async def by_ids(self, ids: Iterable[int]) -> tuple[OutboxMail, ...]:
        """Those of them that exist, by id."""
        return await self._where_in(outbox.c.id, ids)

    async def by_message_ids(self, message_ids: Iterable[str]) -> tuple[OutboxMail, ...]:
        """The mails with these Message-IDs, by id."""
        return await self._where_in(outbox.c.message_id, message_ids)

    async def list(self, states: Iterable[OutboxState], limit: int) -> tuple[OutboxMail, ...]:
        """Mails in these states, the next to be attempted first."""
        return await self._mails(
            select(outbox)
            .where(self._own(outbox), outbox.c.state.in_([state.value for state in states]))
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
        )

    async def waiting_for(self, customer: str) -> tuple[OutboxMail, ...]:
        """A customer's mails that have not left and can still be taken back, by id."""
        taken_back = [s.value for s in OutboxState if OutboxState.CANCELLED in TRANSITIONS[s]]
        of = select(outbox).where(self._own(outbox), outbox.c.customer == customer)
        return await self._mails(of.where(outbox.c.state.in_(taken_back)).order_by(outbox.c.id))

    async def has_claimable(self, now: datetime) -> bool:
        """Whether anything could be claimed now."""
        return await self._scalar(select(outbox.c.id).where(self._ready(now)).limit(1)) is not None

    async def rewrite(self, mail: OutboxMail) -> OutboxMail:
        """Queue a held mail with new bytes: a person approved it, and it was written anew."""
        written = _values(mail)
        fresh = ("raw", "subject", "balances", "recipient", "planned_for", "next_attempt_at")
        rewriting = self._moving((mail.id,), OutboxState.QUEUED, None).where(
            outbox.c.state == OutboxState.HELD.value
        )
        moved = await self._mails(
            rewriting.values(reason="", **{key: written[key] for key in fresh}).returning(outbox)
        )
        if not moved:
            await self._refuse(mail.id, OutboxState.QUEUED, None)
        return moved[0]

    async def claim(
        self, owner: str, fence: int, now: datetime, lease_until: datetime, limit: int
    ) -> tuple[OutboxMail, ...]:
        """Take mails that are due, for one sender; the longest waiting first."""
        ready = self._ready(now)
        due = (
            select(outbox.c.id)
            .where(ready)
            .order_by(outbox.c.next_attempt_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)  # PostgreSQL: a row locked by hand stops no other
            .cte("due")
            .prefix_with("MATERIALIZED")  # else PostgreSQL may run it again and pass the limit
        )
        taken = update(outbox).where(ready, outbox.c.id.in_(select(due.c.id))).values(
            state=OutboxState.CLAIMED.value, claimed_by=owner, fence=fence, lease_until=lease_until,
        )  # fmt: skip
        claimed = await self._mails(taken.returning(outbox))
        return tuple(sorted(claimed, key=lambda mail: (mail.next_attempt_at, mail.id)))

    async def begin_transmission(
        self, mails: Iterable[int], fence: int, now: datetime
    ) -> frozenset[int]:
        """Mark them before DATA; those that are no longer ours to send are missing in the answer."""
        begun = self._moving(mails, OutboxState.TRANSMITTING, fence).values(_attempt(now))
        rows = await self._all(begun.returning(outbox.c.id))
        return frozenset(row.id for row in rows)

    async def record(
        self,
        mail: int,
        fence: int | None,
        delivery: Delivery,
        outcome: Outcome | None,
        now: datetime,
    ) -> OutboxMail:
        """What became of an attempt. `fence` None: known from evidence or a person, not from sending."""
        before_data = outbox.c.state == OutboxState.CLAIMED.value
        change: dict[str, Any] = {
            name: case((before_data, value), else_=outbox.c[name])
            for name, value in _attempt(now).items()
        }
        change["reason"] = delivery.reason
        if outcome is not None:
            change["reply"] = _reply(outcome)
        if delivery.next_attempt_at is not None:
            change["next_attempt_at"] = delivery.next_attempt_at
        if delivery.state is OutboxState.SENT:
            change["sent_at"] = now
        return await self._move(mail, delivery.state, fence, **change)

    async def release(self, mail: int, reason: str, at: datetime) -> OutboxMail:
        """Give a claimed mail back unsent, to be looked at again at that moment."""
        return await self._move(mail, OutboxState.QUEUED, reason=reason, next_attempt_at=at)

    async def cancel(self, mail: int, reason: str) -> OutboxMail:
        """It is no longer wanted and will never be sent."""
        return await self._move(mail, OutboxState.CANCELLED, reason=reason)

    async def hold(self, mail: int, reason: str) -> OutboxMail:
        """It waits for a person."""
        return await self._move(mail, OutboxState.HELD, reason=reason)

    async def approve(self, mail: int, now: datetime) -> OutboxMail:
        """A person lets it go."""
        return await self._move(mail, OutboxState.QUEUED, reason="", next_attempt_at=now)

    async def recover(self, now: datetime, fence: int) -> tuple[OutboxMail, ...]:
        """After a start under a new fence: older claims are free, older transmissions in doubt."""
        freed = update(outbox).where(
            self._own(outbox),
            outbox.c.state == OutboxState.CLAIMED.value,
            or_(outbox.c.lease_until <= now, outbox.c.fence < fence),
        ).values(state=OutboxState.QUEUED.value, reason="its sender stopped", **_UNCLAIMED)  # fmt: skip
        in_doubt = update(outbox).where(
            self._own(outbox),
            outbox.c.state == OutboxState.TRANSMITTING.value,
            outbox.c.fence < fence,
        ).values(
            state=OutboxState.UNKNOWN.value, reason="its sender stopped during transmission",
            **_UNCLAIMED,
        )  # fmt: skip
        changed = [*await self._mails(freed.returning(outbox))]
        changed += await self._mails(in_doubt.returning(outbox))
        return tuple(sorted(changed, key=lambda mail: mail.id))

    async def counts(self) -> dict[OutboxState, int]:
        """How many mails are in each state."""
        counted = dict.fromkeys(OutboxState, 0)
        rows = await self._all(
            select(outbox.c.state, func.count().label("mails"))
            .where(self._own(outbox))
            .group_by(outbox.c.state)
        )
        return counted | {OutboxState(row.state): row.mails for row in rows}

    async def sent_since(self, moment: datetime) -> int:
        """How many left since then."""
        sent = select(func.count()).where(self._own(outbox), outbox.c.sent_at >= moment)
        return int(await self._scalar(sent))

    async def sent_per_day(self, since: date) -> dict[date, int]:
        """How many left, by the company's day they were planned for; days without mail are absent."""
        rows = await self._all(
            select(outbox.c.planned_for, func.count().label("mails"))
            .where(
                self._own(outbox),
                outbox.c.sent_at.is_not(None),
                outbox.c.planned_for >= since,
            )
            .group_by(outbox.c.planned_for)
            .order_by(outbox.c.planned_for)
        )
        return {row.planned_for: row.mails for row in rows}

    async def unfiled(self, limit: int) -> tuple[OutboxMail, ...]:
        """Sent mails without a copy in the Sent folder, oldest first."""
        return await self._mails(
            select(outbox).where(self._own(outbox), UNFILED).order_by(outbox.c.id).limit(limit)
        )

    async def set_filed(self, mail: int) -> None:
        """Its copy lies in the Sent folder."""
        of = update(outbox).where(self._own(outbox), outbox.c.id == mail)
        await self._run(of.values(filed_in_sent=True))

    def _ready(self, now: datetime) -> ColumnElement[bool]:
        return and_(
            self._own(outbox),
            outbox.c.state.in_([state.value for state in _READY]),
            outbox.c.next_attempt_at <= now,
        )

    async def _move(
        self, mail: int, to: OutboxState, fence: int | None = None, **values: Any
    ) -> OutboxMail:
        moving = self._moving((mail,), to, fence).values(**_UNCLAIMED, **values)
        moved = await self._mails(moving.returning(outbox))
        if not moved:
            await self._refuse(mail, to, fence)
        return moved[0]

    def _moving(self, mails: Iterable[int], to: OutboxState, fence: int | None) -> Update:
        """The change of state, in one statement that touches nothing when the move is not allowed."""
        sources = [state.value for state, targets in TRANSITIONS.items() if to in targets]
        moving = update(outbox).where(
            self._own(outbox), outbox.c.id.in_(tuple(mails)), outbox.c.state.in_(sources)
        )
        if fence is not None:
            moving = moving.where(outbox.c.fence == fence)
        return moving.values(state=to.value)

    async def _refuse(self, mail: int, to: OutboxState, fence: int | None) -> NoReturn:
        found = await self.get(mail)
        if found is not None and fence is not None and found.fence != fence:
            raise LeaseLost(f"Outgoing mail {mail} belongs to another sender by now.")
        raise InvalidTransition(mail, found.state.value if found else "", to.value)

    async def _mails(self, statement: Executable) -> tuple[OutboxMail, ...]:
        return tuple(_mail(row) for row in await self._all(statement))

    async def _where_in(
        self, column: ColumnElement[Any], values: Iterable[Any]
    ) -> tuple[OutboxMail, ...]:
        found: tuple[OutboxMail, ...] = ()
        for chunk in in_chunks(values):
            found += await self._mails(
                select(outbox).where(self._own(outbox), column.in_(chunk)).order_by(outbox.c.id)
            )
        return found


def _attempt(now: datetime) -> dict[str, Any]:
    """One more attempt: a server is, or was, asked to take it."""
    return {
        "attempts": outbox.c.attempts + 1,
        "first_attempt_at": func.coalesce(outbox.c.first_attempt_at, now),
    }


def _reply(outcome: Outcome) -> str:
    """The server's words on one line: "451 4.7.1 try again later"."""
    parts = (str(outcome.code or ""), outcome.enhanced, outcome.text)
    return " ".join(part for part in parts if part)


def _values(mail: OutboxMail) -> dict[str, Any]:
    """The row of a new mail."""
    values = {field.name: getattr(mail, field.name) for field in fields(mail)}
    del values["id"], values["company"]
    values["state"] = mail.state.value
    values["invoices"] = json.dumps(mail.invoices)
    values["balances"] = json.dumps(mail.balances)
    return values


def _mail(row: Row[Any]) -> OutboxMail:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    values["state"] = OutboxState(row.state)
    values["invoices"] = tuple(json.loads(row.invoices))
    values["balances"] = tuple((n, amount, code) for n, amount, code in json.loads(row.balances))
    return OutboxMail(**values)
