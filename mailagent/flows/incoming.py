"""INCOMING: received mail, from bytes to committed effects.

    mail -> parse -> match -> understand -> decide -> apply -> file

Facts are gathered first, in a snapshot; reading happens in the worker with no transaction open. Then a mail that
touches a customer has one transaction for itself: inbox row, every effect, the journal and the mailbox cursor.
Neighbours that touch nobody's account (mail that is not ours, questions whose mail it is) share one. Mails are
filed in the order of their UIDs; seen again, a mail finds its row and changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailagent.clock import Clock
from mailagent.core.customer import Account
from mailagent.core.decide import Role, decide
from mailagent.core.decisions import AskStaff, Cause, CauseKind, Decision, FileMail, Filing
from mailagent.core.journal import JSON
from mailagent.core.mail import Flag
from mailagent.failpoint import failpoint
from mailagent.flows.apply import apply
from mailagent.flows.gathering import Arrival, Gathered, Position, gather
from mailagent.flows.older_copy import stop_for_older_copy
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.inbox import ReceivedMail
from mailagent.store.journal import Note
from mailagent.store.reviews import Review
from mailagent.store.tables import ContentKind
from mailagent.store.transaction import Transaction
from mailagent.together import few_at_a_time

log = structlog.get_logger()

SAME = FileMail(Filing.NOT_OURS, "the same mail was handled before")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a mail ends."""

    arrival: Arrival
    gathered: Gathered | None  # None: the same mail was handled before
    filed: FileMail
    asked: tuple[AskStaff, ...] = ()  # questions still to be put before a person


async def take_in(
    raw: bytes,
    position: Position,
    received_at: datetime,
    setup: Setup,
    db: Database,
    reader: Reader,
    clock: Clock,
    lease: Lease | None,
    unreadable: str = "",
) -> Filing | None:
    """Handle one mail; returns where it was filed, None when it had been handled before.

    `unreadable` says why only its header is to be read: it goes to quarantine and holds whoever wrote it.
    """
    mail = await (reader.parse_header(raw, unreadable) if unreadable else reader.parse(raw))
    filing = None
    arrival = Arrival(position, received_at, raw, mail)
    async for ended in take_in_all((arrival,), setup, db, reader, clock, lease):
        filing = ended[0].filed.filing
    return filing


async def take_in_all(
    arrivals: Sequence[Arrival],
    setup: Setup,
    db: Database,
    reader: Reader,
    clock: Clock,
    lease: Lease | None,
) -> AsyncGenerator[tuple[Outcome, ...], None]:
    """Handle mails of one folder in their order; yields what each commit filed. Known ones are passed over."""
    async with db.snapshot(setup.company.id) as tx:
        new = await _not_filed(arrivals, tx)
        known = await tx.inbox.digests(a.mail.digest for a in new)
        # Equal content has its effect once, also when both copies come at the same time.
        firsts = {a.mail.digest: a for a in reversed(new) if a.mail.digest not in known}
        gathered = await gather(tuple(firsts.values()), setup, tx)
    read = await few_at_a_time(lambda found: understood(found, setup, reader), gathered)
    by_uid = {found.arrival.position.uid: found for found in read}
    group: list[Outcome] = []
    for arrival in new:
        found = by_uid.get(arrival.position.uid)
        plain = _touching_nobody(arrival, found, setup, clock.now())
        if plain is not None:
            group.append(plain)
            continue
        assert found is not None, "a mail handled before touches nobody"
        if group:
            yield await _file_group(group, setup, db, clock, lease)
            group = []
        yield await _file_alone(found, setup, db, clock, lease)
    if group:
        yield await _file_group(group, setup, db, clock, lease)


async def _not_filed(arrivals: Sequence[Arrival], tx: Transaction) -> list[Arrival]:
    place = arrivals[0].position
    uids = [a.position.uid for a in arrivals]
    filed = await tx.inbox.seen_of(place.mailbox, place.uidvalidity, uids)
    return [a for a in arrivals if a.position.uid not in filed]


async def understood(gathered: Gathered, setup: Setup, reader: Reader) -> Gathered:
    """The same with what the mail says, when a customer or his machine wrote it.

    What fits no customer is only skimmed: whatever it says, it changes no account.
    """
    mail, found = gathered.arrival.mail, gathered.match
    if gathered.role is not Role.CUSTOMER or mail.unreadable:
        return gathered
    if not found.customer:
        return replace(gathered, reading=await reader.skim(mail))
    # The day it came: the reader believes the mail's own date only when it is not far from this one.
    today = setup.calendar.local_date(gathered.arrival.received_at)
    company = setup.company
    reading = await reader.understand(
        mail, gathered.open_numbers, today, company.timezone, company.currency
    )
    if not found.known_sender:
        reading = replace(reading, flags=(*reading.flags, Flag.NEW_SENDER))
    return replace(gathered, reading=reading)


def _touching_nobody(
    arrival: Arrival, gathered: Gathered | None, setup: Setup, now: datetime
) -> Outcome | None:
    """The end of a mail that changes no account; None for one that does, or may."""
    if gathered is None:
        return Outcome(arrival, None, SAME)
    if gathered.forgotten or gathered.match.customer:
        return None
    *made, filed = _decided(gathered, {}, setup, now)
    asked = tuple(d for d in made if isinstance(d, AskStaff))
    if len(asked) < len(made) or not isinstance(filed, FileMail):
        return None
    return Outcome(arrival, gathered, filed, asked)


async def _file_group(
    group: Sequence[Outcome], setup: Setup, db: Database, clock: Clock, lease: Lease | None
) -> tuple[Outcome, ...]:
    """One transaction for neighbours without effect on any account: all of them, or none."""
    now = clock.now()
    questions = [
        Review(0, "mail", None, asked.invoices, asked.question, asked.evidence, now)
        for outcome in group
        for asked in outcome.asked
    ]
    async with db.transaction(setup.company.id, lease) as tx:
        await tx.reviews.open_all(questions)
        await _file(group, tx, now)
        failpoint("incoming.group")
    return _told(group)


async def _file_alone(
    gathered: Gathered, setup: Setup, db: Database, clock: Clock, lease: Lease | None
) -> tuple[Outcome, ...]:
    """One transaction for a mail and all its effects."""
    now = clock.now()
    async with db.transaction(setup.company.id, lease) as tx:
        records = Records(tx, Cause(CauseKind.MAIL, gathered.arrival.mail.digest), now)
        filed = await settle(gathered, records, setup)
        outcome = Outcome(gathered.arrival, gathered, filed)
        await _file((outcome,), tx, now)
    return _told((outcome,))


async def settle(gathered: Gathered, records: Records, setup: Setup) -> FileMail:
    """Decide on fresh facts and carry it out."""
    mail, found = gathered.arrival.mail, gathered.match
    if gathered.forgotten:
        return await stop_for_older_copy(mail, records, setup)
    refs = [ref for ref in (found.customer, *found.rivals) if ref]
    accounts = await records.tx.accounts.load_many(refs)
    decisions = _decided(gathered, accounts, setup, records.now)
    filed = await apply(decisions, records, setup, mail.digest)
    assert filed is not None, "every mail is filed exactly once"
    return filed


def _decided(
    gathered: Gathered, accounts: Mapping[str, Account], setup: Setup, now: datetime
) -> tuple[Decision, ...]:
    return decide(
        gathered.arrival.mail,
        gathered.match,
        gathered.reading,
        accounts,
        setup.company,
        setup.calendar,
        gathered.arrival.received_at,
        now,
        gathered.role,
    )


async def _file(ended: Sequence[Outcome], tx: Transaction, now: datetime) -> None:
    """The end of mails: bytes, inbox rows, journal, cursor."""
    await tx.contents.put_all([o.arrival.raw for o in ended], ContentKind.RAW_IN)
    await tx.inbox.add_all([_received(o) for o in ended])
    await tx.journal.append_all([_note(o) for o in ended], now)
    last = ended[-1].arrival.position
    await tx.mailboxes.save(last.mailbox, last.uidvalidity, last.uid, now)


def _received(ended: Outcome) -> ReceivedMail:
    arrival, position = ended.arrival, ended.arrival.position
    return ReceivedMail(
        id=0,
        mailbox=position.mailbox,
        uidvalidity=position.uidvalidity,
        uid=position.uid,
        digest=arrival.mail.digest,
        message_id=arrival.mail.message_id,
        sender=arrival.mail.sender,
        subject=arrival.mail.subject,
        received_at=arrival.received_at,
        filing=ended.filed.filing,
        reason=ended.filed.reason,
        customer=ended.gathered.match.customer if ended.gathered else None,
        summary=summary(ended.gathered) if ended.gathered else {},
    )


def _note(ended: Outcome) -> Note:
    mail = ended.arrival.mail
    customer = ended.gathered.match.customer if ended.gathered else None
    said: dict[str, JSON] = {
        "filing": ended.filed.filing.value,
        "reason": ended.filed.reason,
        "mail": mail.digest,
        "sender": mail.sender,
        "summary": summary(ended.gathered) if ended.gathered else {},
    }
    return Note("mail.filed", customer or mail.digest, said, Cause(CauseKind.MAIL, mail.digest))


def summary(gathered: Gathered) -> dict[str, JSON]:
    """What was understood and on what evidence, for `mailagent why` and the inbox list."""
    reading, found = gathered.reading, gathered.match
    return {
        "role": gathered.role.value,
        "machine": gathered.arrival.mail.machine.value if gathered.arrival.mail.machine else None,
        "intents": [
            {
                "intent": i.intent.value,
                "confidence": i.confidence,
                "quote": i.quote,
                "invoices": list(i.invoices),
            }
            for i in reading.intents
        ],
        "flags": [flag.value for flag in reading.flags],
        "decision": reading.decision.value,
        "model": reading.model,
        "evidence": list(found.evidence),
        "level": int(found.level) if found.level is not None else None,
        "invoices": list(found.invoices),
    }


def _told(ended: Sequence[Outcome]) -> tuple[Outcome, ...]:
    for outcome in ended:
        filed, digest = outcome.filed, outcome.arrival.mail.digest
        log.info("mail.filed", filing=filed.filing.value, reason=filed.reason, mail=digest[:12])
    return tuple(ended)
