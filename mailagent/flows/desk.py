"""What is done at an open mailbox: take in what is new, keep what cannot be read.

Mails are handled in UID order and the cursor moves only over mails that have been filed.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import structlog

from mailagent.clock import Clock
from mailagent.core.decisions import Cause, CauseKind, Filing
from mailagent.errors import LeaseLost, StoreUnavailable, TransportUnavailable
from mailagent.flows.fetching import Fetching, Received
from mailagent.flows.gathering import Arrival, Position
from mailagent.flows.incoming import take_in, take_in_all
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.mailboxes import Cursor
from mailagent.store.tables import ContentKind
from mailagent.transport.imap import CommandRefused, ImapSession, Mailbox

log = structlog.get_logger()

KEYWORD = "$MailagentDone"
MAX_ATTEMPTS = 3  # a mail that fails this often is quarantined, so that the next one gets its turn


@dataclass(frozen=True, slots=True)
class Desk:
    """One session's worth of work on a mailbox."""

    session: ImapSession
    setup: Setup
    db: Database
    reader: Reader
    clock: Clock
    lease: Lease
    progress: Callable[[], None]

    async def open_mailbox(self, name: str, mailbox: Mailbox) -> None:
        """After each SELECT: place the cursor at the first look, and again when UIDs were renumbered."""
        company, policy = self.setup.company.id, self.setup.company.policy
        cursor = await self._cursor(name)
        renumbered = cursor is not None and (
            cursor.uidvalidity != mailbox.uidvalidity or mailbox.uidnext <= cursor.last_uid
        )
        if cursor is not None and not renumbered:
            return
        since = policy.act_from
        if (
            cursor is not None
        ):  # renumbered: look at all since we began; content tells what is known
            began = self.setup.calendar.local_date(cursor.first_seen_at)
            since = min(since or began, began)
        found = await self.session.uids_since(since) if since else ()
        last = min(found) - 1 if found else mailbox.uidnext - 1
        now = self.clock.now()
        async with self.db.transaction(company, self.lease) as tx:
            await tx.mailboxes.save(name, mailbox.uidvalidity, last, now)
            event = "mailbox.renumbered" if renumbered else "mailbox.first_look"
            records = Records(tx, Cause(CauseKind.SERVER, name), now)
            await records.note(
                event,
                name,
                {
                    "uidvalidity": mailbox.uidvalidity,
                    "after": last,
                    "messages": mailbox.exists,
                    "since": since.isoformat() if since else None,
                },
            )
        log.info(event, mailbox=name, messages=mailbox.exists, after=last)

    async def take_in_new(self, name: str, mailbox: Mailbox, stop: asyncio.Event) -> None:
        """Handle everything after the last filed UID, oldest first."""
        cursor = await self._cursor(name)
        assert cursor is not None, "open_mailbox placed it"
        last = cursor.last_uid
        fetching = Fetching(self.session, self.reader, self.setup.imap.max_bytes, self.progress)
        while uids := await self.session.uids_after(last):
            async with aclosing(fetching.blocks(uids)) as blocks:
                async for block in blocks:
                    done = await self._handle(name, mailbox, block, stop)
                    if done and mailbox.keywords_allowed:
                        await self._flag(done)
                    if stop.is_set():
                        return
            last = uids[-1]

    async def _cursor(self, name: str) -> Cursor | None:
        async with self.db.snapshot(self.setup.company.id) as tx:
            return await tx.mailboxes.get(name)

    async def mark_read(self, name: str, at: datetime) -> None:
        """Note that a folder was read to its end at that moment."""
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            await tx.mailboxes.mark_read(name, at)

    async def pass_over(self, name: str, at: datetime) -> None:
        """A folder that the server does not have counts as read; `doctor` tells that it is missing."""
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            await tx.mailboxes.save(name, 0, 0, at)
            await tx.mailboxes.mark_read(name, at)

    async def _handle(
        self, name: str, mailbox: Mailbox, block: Sequence[Received], stop: asyncio.Event
    ) -> list[int]:
        """File a block in the order of UIDs; the UIDs that were filed now."""
        done: list[int] = []
        for readable, run in groupby(block, key=lambda received: received.mail is not None):
            if stop.is_set():
                break
            if readable:
                done += await self._take_in_all([_arrival(name, mailbox, r) for r in run], stop)
                continue
            for received in run:
                position = Position(name, mailbox.uidvalidity, received.uid)
                if received.raw is None or received.received_at is None:
                    await self._file_vanished(position)
                elif await self._take_in(position, received.raw, received.received_at):
                    done.append(received.uid)
                self.progress()
        return done

    async def _take_in_all(self, arrivals: Sequence[Arrival], stop: asyncio.Event) -> list[int]:
        """The UIDs filed now; when one of them brings out a bug, each is taken in by itself."""
        done: list[int] = []
        work = take_in_all(arrivals, self.setup, self.db, self.reader, self.clock, self.lease)
        try:
            async with aclosing(work) as filings:
                async for ended in filings:
                    done += [outcome.arrival.position.uid for outcome in ended]
                    self.progress()
                    if stop.is_set():
                        break
        except (StoreUnavailable, TransportUnavailable, LeaseLost):
            raise
        except Exception:  # a bug that one of them met: each gets its own try
            log.exception("mails.failed", uids=[a.position.uid for a in arrivals])
            for arrival in arrivals:
                if await self._take_in(arrival.position, arrival.raw, arrival.received_at):
                    done.append(arrival.position.uid)
                self.progress()
        return done

    async def _take_in(self, position: Position, raw: bytes, at: datetime) -> bool:
        """True when the mail is filed by this call; a mail that keeps failing is quarantined."""
        while True:
            try:
                filing = await take_in(
                    raw, position, at, self.setup, self.db, self.reader, self.clock, self.lease
                )
            except (StoreUnavailable, TransportUnavailable, LeaseLost):
                raise
            except Exception as error:  # one bad mail must not stop the mailbox
                log.exception("mail.failed", uid=position.uid)
                why = f"{type(error).__name__}: {error}"
            else:
                return filing is not None
            if await self._failures(position, why) >= MAX_ATTEMPTS:
                await self._give_up(position, raw, at, f"it failed {MAX_ATTEMPTS} times: {why}")
                return True

    async def _give_up(self, position: Position, raw: bytes, at: datetime, why: str) -> None:
        """By its header alone a mail still holds whoever wrote it; failing that, it is only kept."""
        try:
            await take_in(
                raw, position, at, self.setup, self.db, self.reader, self.clock, self.lease, why
            )
        except (StoreUnavailable, TransportUnavailable, LeaseLost):
            raise
        except Exception:  # even its header is too much: keep the bytes
            log.exception("mail.failed", uid=position.uid)
            await self._quarantine(position, raw, at, why)

    async def _failures(self, position: Position, why: str) -> int:
        """How often this mail has failed by now, restarts included."""
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            return await tx.inbox.record_failure(
                position.mailbox, position.uidvalidity, position.uid, why
            )

    async def _flag(self, uids: Sequence[int]) -> None:
        r"""Mark mails as done for whoever looks with a mail client; never \Seen. A refusal stops nothing."""
        try:
            await self.session.add_keyword(uids, KEYWORD)
        except CommandRefused as error:  # over quota, say
            log.warning("keyword.refused", reason=str(error))

    async def _file_vanished(self, position: Position) -> None:
        now = self.clock.now()
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            if await tx.inbox.seen(position.mailbox, position.uidvalidity, position.uid):
                return
            await tx.inbox.add(
                mailbox=position.mailbox,
                uidvalidity=position.uidvalidity,
                uid=position.uid,
                digest="",
                message_id="",
                sender="",
                subject="",
                received_at=now,
                filing=Filing.NOT_OURS,
                reason="it was deleted before it could be read",
                customer=None,
                summary={},
            )
            await tx.mailboxes.save(position.mailbox, position.uidvalidity, position.uid, now)

    async def _quarantine(self, position: Position, raw: bytes, at: datetime, why: str) -> None:
        """Keep a mail that could not be handled, whole as far as we have it, and show it to a person."""
        now = self.clock.now()
        digest = hashlib.sha256(raw).hexdigest()
        async with self.db.transaction(self.setup.company.id, self.lease) as tx:
            if await tx.inbox.seen(position.mailbox, position.uidvalidity, position.uid):
                return
            records = Records(tx, Cause(CauseKind.MAIL, digest), now)
            await tx.contents.put(raw, ContentKind.RAW_IN)
            await tx.inbox.add(
                mailbox=position.mailbox,
                uidvalidity=position.uidvalidity,
                uid=position.uid,
                digest=digest,
                message_id="",
                sender="",
                subject="",
                received_at=at,
                filing=Filing.QUARANTINED,
                reason=why,
                customer=None,
                summary={},
            )
            question = (
                f"A mail could not be read ({why}). Please open it in the mailbox and act on it."
            )
            await tx.reviews.open("quarantine", None, (), question, f"UID {position.uid}", now)
            await records.note(
                "mail.filed", digest, {"filing": "quarantined", "reason": why, "mail": digest}
            )
            await tx.mailboxes.save(position.mailbox, position.uidvalidity, position.uid, now)


def _arrival(name: str, mailbox: Mailbox, received: Received) -> Arrival:
    position = Position(name, mailbox.uidvalidity, received.uid)
    assert received.raw is not None
    assert received.received_at is not None
    assert received.mail is not None
    return Arrival(position, received.received_at, received.raw, received.mail)
