"""The outbox: mails to send, and what became of each. Every move between states is checked here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Executable, Update, and_, func, or_, select, update

from mailagent.core.delivery import Delivery, Outcome
from mailagent.core.outbox import TRANSITIONS, OutboxMail, OutboxState
from mailagent.errors import InvalidTransition, LeaseLost
from mailagent.store.outbox_rows import (
    UNCLAIMED,
    mail_of,
    one_more,
    recording,
    reply_of,
    sources,
    values_of,
)
from mailagent.store.repository import Repository, in_chunks
from mailagent.store.tables import UNFILED, outbox

_TO_SEND = outbox.c.state.in_([OutboxState.QUEUED.value, OutboxState.DEFERRED.value])


class Outbox(Repository):
    """Promise P5: one mail per (company, customer, step, cycle), sent at most once unknowingly."""

    async def next_id(self) -> int:
        """The first id that is free: the mail's own tokens contain it."""
        return await self._next_id(outbox)

    async def add_all(self, mails: Iterable[OutboxMail]) -> None:
        """Store new mails with their ids. One that was planned before is a bug, told by the database."""
        rows = [values_of(mail) | {"company": self._company} for mail in mails]
        await self._insert_many(outbox, rows)

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
        written = values_of(mail)
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
        begun = self._moving(mails, OutboxState.TRANSMITTING, fence).values(one_more(now))
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
        await self.record_all(((mail, delivery, outcome),), fence, now)
        (recorded,) = await self.by_ids((mail,))
        return recorded

    async def record_all(
        self,
        results: Iterable[tuple[int, Delivery, Outcome | None]],
        fence: int | None,
        now: datetime,
    ) -> None:
        """What became of several attempts: all are recorded, or it raises as `record` does."""
        by_state: dict[OutboxState, list[dict[str, Any]]] = defaultdict(list)
        for mail, delivery, outcome in results:
            by_state[delivery.state].append(
                {
                    "of": self._company, "mail": mail, "held": fence, "now": now,
                    "why": delivery.reason, "said": None if outcome is None else reply_of(outcome),
                    "again": delivery.next_attempt_at,
                }
            )  # fmt: skip
        for state, given in by_state.items():
            result = await self._connection.execute(
                recording(state, fenced=fence is not None),
                given,
                execution_options={"preserve_rowcount": True},
            )
            if result.rowcount != len(given):
                await self._refuse_one_of([each["mail"] for each in given], state, fence)

    async def still_ours(self, mails: Iterable[int], fence: int) -> frozenset[int]:
        """Those that this sender still has: others may cancel a mail that is only claimed."""
        rows = await self._all(
            select(outbox.c.id).where(
                self._own(outbox),
                outbox.c.id.in_(tuple(mails)),
                outbox.c.fence == fence,
                outbox.c.state.in_((OutboxState.CLAIMED.value, OutboxState.TRANSMITTING.value)),
            )
        )
        return frozenset(row.id for row in rows)

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
        ).values(state=OutboxState.QUEUED.value, reason="its sender stopped", **UNCLAIMED)  # fmt: skip
        in_doubt = update(outbox).where(
            self._own(outbox),
            outbox.c.state == OutboxState.TRANSMITTING.value,
            outbox.c.fence < fence,
        ).values(
            state=OutboxState.UNKNOWN.value, reason="its sender stopped during transmission",
            **UNCLAIMED,
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

    async def to_send(self) -> int:
        """How many wait to be sent, now or later; the cost follows these, not what was sent before."""
        return int(await self._scalar(select(func.count()).where(self._own(outbox), _TO_SEND)))

    async def sent_since(self, moment: datetime) -> int:
        """How many left since then."""
        sent = select(func.count()).where(self._own(outbox), outbox.c.sent_at >= moment)
        return int(await self._scalar(sent))

    async def sent_per_day(self, since: date) -> dict[date, int]:
        """How many left, by the company's day they were planned for; days without mail are absent.

        None leaves before its day: `sent_at` says the same once more, in words that have an index.
        """
        rows = await self._all(
            select(outbox.c.planned_for, func.count().label("mails"))
            .where(
                self._own(outbox),
                outbox.c.sent_at >= _before(since),
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
        return and_(self._own(outbox), _TO_SEND, outbox.c.next_attempt_at <= now)

    async def _move(
        self, mail: int, to: OutboxState, fence: int | None = None, **values: Any
    ) -> OutboxMail:
        moving = self._moving((mail,), to, fence).values(**UNCLAIMED, **values)
        moved = await self._mails(moving.returning(outbox))
        if not moved:
            await self._refuse(mail, to, fence)
        return moved[0]

    def _moving(self, mails: Iterable[int], to: OutboxState, fence: int | None) -> Update:
        """The change of state, in one statement that touches nothing when the move is not allowed."""
        moving = update(outbox).where(
            self._own(outbox), outbox.c.id.in_(tuple(mails)), outbox.c.state.in_(sources(to))
        )
        if fence is not None:
            moving = moving.where(outbox.c.fence == fence)
        return moving.values(state=to.value)

    async def _refuse_one_of(
        self, mails: Sequence[int], to: OutboxState, fence: int | None
    ) -> NoReturn:
        moved = {mail.id for mail in await self.by_ids(mails) if mail.state is to}
        await self._refuse(next((m for m in mails if m not in moved), mails[0]), to, fence)

    async def _refuse(self, mail: int, to: OutboxState, fence: int | None) -> NoReturn:
        found = await self.get(mail)
        if found is not None and fence is not None and found.fence != fence:
            raise LeaseLost(f"Outgoing mail {mail} belongs to another sender by now.")
        raise InvalidTransition(mail, found.state.value if found else "", to.value)

    async def _mails(self, statement: Executable) -> tuple[OutboxMail, ...]:
        return tuple(mail_of(row) for row in await self._all(statement))

    async def _where_in(
        self, column: ColumnElement[Any], values: Iterable[Any]
    ) -> tuple[OutboxMail, ...]:
        found: tuple[OutboxMail, ...] = ()
        for chunk in in_chunks(values):
            found += await self._mails(
                select(outbox).where(self._own(outbox), column.in_(chunk)).order_by(outbox.c.id)
            )
        return found


def _before(day: date) -> datetime:
    """A moment before that day begins, in any time zone."""
    return datetime.combine(day - timedelta(days=1), time.min, UTC)
