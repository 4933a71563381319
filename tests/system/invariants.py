"""The promises of a fault run, computed only from what four witnesses say: sink, mailbox, database, journal."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.core.customer import Account
from mailagent.core.decisions import Filing
from mailagent.core.journal import Entry, verify
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.core.plan import Silence, plan
from mailagent.core.replay import replay
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.inbox import ReceivedMail
from mailagent.store.reviews import Review
from tests.peers.mail_host import MailUser, require
from tests.peers.sink import Entry as Seen
from tests.peers.sink import Saw

ALL = 1_000_000
UNDER_WAY = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.TRANSMITTING)
IN_DOUBT = (OutboxState.UNKNOWN, OutboxState.HELD)


@dataclass(frozen=True)
class Position:
    """A mail on the server."""

    folder: str  # "inbox" or "sent"
    uidvalidity: int
    uid: int
    digest: str


@dataclass(frozen=True)
class Quiet:
    """Nothing may begin to leave for this address in this time (of the real clock)."""

    recipient: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Witnesses:
    """Everything they know at one moment."""

    setup: Setup
    now: datetime  # of the daemon's clock
    accounts: dict[str, Account]
    outbox: tuple[OutboxMail, ...]
    inbox: tuple[ReceivedMail, ...]
    journal: tuple[Entry, ...]
    reviews: tuple[Review, ...]
    log: tuple[Seen, ...]  # of the sink
    server: tuple[Position, ...]  # every mail in the inbox and in Sent

    def seen(self, saw: Saw) -> list[Seen]:
        return [entry for entry in self.log if entry.saw is saw]

    def delivered(self) -> list[Seen]:
        """Messages that were whole at the server and were not refused: the customer has them."""
        refused = Counter(entry.sha256 for entry in self.seen(Saw.REFUSED))
        kept = []
        for entry in self.seen(Saw.DOT):
            if refused[entry.sha256]:
                refused[entry.sha256] -= 1
            else:
                kept.append(entry)
        return kept


async def hear(
    db: Database, setup: Setup, log: Sequence[Seen], user: MailUser | None, now: datetime
) -> Witnesses:
    """Ask every witness; without a user there is no mailbox to look at."""
    async with db.snapshot(setup.company.id) as tx:
        refs = await tx.customers.all_refs()
        filed = [await tx.inbox.list(filing, ALL) for filing in Filing]
        return Witnesses(
            setup=setup,
            now=now,
            accounts=dict(await tx.accounts.load_many(refs)),
            outbox=await tx.outbox.list(tuple(OutboxState), ALL),
            inbox=tuple(mail for mails in filed for mail in mails),
            journal=await tx.journal.entries(0, ALL),
            reviews=tuple(await tx.reviews.list_open()),
            log=tuple(log),
            server=tuple(on_server(user, setup)) if user else (),
        )


def on_server(user: MailUser, setup: Setup) -> Iterator[Position]:
    """Every mail of the two folders, as another mail program sees them."""
    with user.connection() as imap:
        for name, folder in (("inbox", setup.imap.inbox), ("sent", setup.imap.sent or "Sent")):
            count = int(require(imap.select(f'"{folder}"', readonly=True))[0])
            uidvalidity = int(imap.response("UIDVALIDITY")[1][0])
            parts = require(imap.uid("FETCH", "1:*", "(UID BODY.PEEK[])")) if count else []
            for part in parts:
                if isinstance(part, tuple):
                    uid = int(re.search(rb"UID (\d+)", part[0])[1])
                    yield Position(name, uidvalidity, uid, hashlib.sha256(part[1]).hexdigest())


def check(found: Witnesses, quiet: Sequence[Quiet] = ()) -> None:
    """I1 to I6: fails with everything that does not hold."""
    broken = [
        *none_lost(found),
        *none_twice(found),
        *none_after(found, quiet),
        *once_in_effect(found),
        *audited(found),
        *quiet_towards_machines(found),
    ]
    assert not broken, "\n".join(broken)


def none_lost(found: Witnesses) -> Iterator[str]:
    """I1: every due reminder was planned, and every planned one ended or waits for a person."""
    setup = found.setup
    for ref, account in found.accounts.items():
        due = plan(account, setup.sequence, setup.calendar, setup.company.policy, found.now)
        if not isinstance(due, Silence):
            yield f"I1: {due.step.id} of {ref} is due and was not planned"
    received = Counter(entry.message_id for entry in found.delivered())
    for mail in found.outbox:
        if mail.state in UNDER_WAY and mail.next_attempt_at <= found.now:
            yield f"I1: mail {mail.id} to {mail.recipient} was left behind as {mail.state}"
        if mail.state is OutboxState.SENT and not received[mail.message_id]:
            yield f"I1: mail {mail.id} counts as sent, and nobody has it"
    if found.log:
        for mail in found.outbox:
            told = mail.state in {OutboxState.SENT, OutboxState.UNKNOWN, OutboxState.HELD}
            if (
                received[mail.message_id]
                and not told
                and mail.state is not OutboxState.TRANSMITTING
            ):
                yield f"I1: mail {mail.id} arrived and counts as {mail.state}"


def none_twice(found: Witnesses) -> Iterator[str]:
    """I2: no mail twice, and no step of an invoice in two mails."""
    for message_id, count in Counter(entry.message_id for entry in found.delivered()).items():
        if count > 1:
            yield f"I2: {message_id} arrived {count} times"
    arrived = {entry.message_id for entry in found.delivered()}
    keys = {(m.customer, m.step, m.cycle) for m in found.outbox if m.message_id in arrived}
    steps = Counter(
        advanced
        for ref, account in found.accounts.items()
        for reminder in account.reminders
        if (ref, reminder.step, reminder.cycle) in keys
        for advanced in reminder.advanced
    )
    for (invoice, step), count in steps.items():
        if count > 1:
            yield f"I2: step {step} of invoice {invoice} went out {count} times"


def none_after(found: Witnesses, quiet: Sequence[Quiet]) -> Iterator[str]:
    """I3: no DATA began for somebody who had spoken."""
    for entry in found.seen(Saw.DATA):
        for one in quiet:
            in_time = entry.at >= one.since and (one.until is None or entry.at < one.until)
            if in_time and entry.recipient == one.recipient:
                yield f"I3: a mail to {one.recipient} began after his answer was there"


def once_in_effect(found: Witnesses) -> Iterator[str]:
    """I4: every mail on the server is filed once, and no mail has an effect twice."""
    filed = Counter((m.mailbox, m.uidvalidity, m.uid, m.digest) for m in found.inbox)
    there = Counter((p.folder, p.uidvalidity, p.uid, p.digest) for p in found.server)
    if found.server:
        yield from (f"I4: not filed: {one}" for one in there - filed)
        yield from (f"I4: filed, and not on the server: {one}" for one in filed - there)
    effects = Counter(
        (hold.mail, hold.customer, hold.invoice, hold.reason)
        for account in found.accounts.values()
        for hold in account.holds
        if hold.mail
    )
    yield from (f"I4: {count} holds {key}" for key, count in effects.items() if count > 1)
    acted = Counter(m.digest for m in found.inbox if m.filing is not Filing.NOT_OURS and m.digest)
    yield from (f"I4: {d} acted on {count} times" for d, count in acted.items() if count > 1)
    promises = Counter(
        (p.invoice, p.pay_by, p.made_at) for a in found.accounts.values() for p in a.promises
    )
    yield from (f"I4: {count} promises {key}" for key, count in promises.items() if count > 1)


def audited(found: Witnesses) -> Iterator[str]:
    """I5: the chain is whole, and replaying it gives the accounts."""
    problem = verify(found.journal)
    if problem:
        yield f"I5: {problem}"
    told = replay(found.journal)
    for ref, account in found.accounts.items():
        if told.get(ref) != account:
            yield f"I5: the journal tells another story of {ref}:\n{told.get(ref)}\n{account}"


def quiet_towards_machines(found: Witnesses) -> Iterator[str]:
    """I6: only planned reminders leave, only to the customer's own contacts, one per address and day."""
    mails = {mail.message_id: mail for mail in found.outbox}
    days: Counter[tuple[str, object]] = Counter()
    for entry in found.delivered():
        mail = mails.get(entry.message_id)
        if mail is None or (mail.recipient, mail.raw) != (entry.recipient, entry.sha256):
            yield f"I6: {entry} was never planned like this"
            continue
        contacts = {c.address for c in found.accounts[mail.customer].customer.contacts}
        if mail.recipient not in contacts:
            yield f"I6: {mail.recipient} is not an address of {mail.customer}"
        days[mail.recipient, mail.planned_for] += 1
    yield from (f"I6: {count} mails to {key}" for key, count in days.items() if count > 1)
