"""INCOMING: one received mail, from bytes to committed effects.

    mail -> parse -> match -> understand -> decide -> apply -> file

Facts are gathered first, in a snapshot; reading happens in the worker with no transaction open; then one
transaction holds the inbox row, every effect, the journal and the mailbox cursor. Seen again, a mail finds
its row and changes nothing. Flags on the server come after the commit and may be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from mailagent.clock import Clock
from mailagent.core.decide import Role, decide, role_of
from mailagent.core.decisions import Cause, CauseKind, FileMail, Filing
from mailagent.core.journal import JSON
from mailagent.core.mail import Flag, ParsedMail, Reading
from mailagent.core.match import Candidates, Clues, Match, SentMail, find_clues, match
from mailagent.core.outbox import OutboxMail
from mailagent.flows.apply import apply
from mailagent.flows.freshness import SENT
from mailagent.flows.older_copy import is_forgotten, stop_for_older_copy
from mailagent.flows.reader import Reader
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.tables import ContentKind
from mailagent.store.transaction import Transaction

log = structlog.get_logger()

CLAIMS = 20  # From addresses looked up in a mail that has several


@dataclass(frozen=True, slots=True)
class Position:
    """Where a mail lies: which mailbox ("inbox" or "sent"), and its UID under that UIDVALIDITY."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything known about a mail before it is decided."""

    mail: ParsedMail
    role: Role
    match: Match
    reading: Reading
    forgotten: bool = False  # made by this installation, yet unknown to its database


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
    company = setup.company
    mail = await (reader.parse_header(raw, unreadable) if unreadable else reader.parse(raw))
    async with db.snapshot(company.id) as tx:
        if await tx.inbox.seen(position.mailbox, position.uidvalidity, position.uid):
            return None
        twin = await tx.inbox.by_digest(mail.digest)
        gathered = None if twin else await gather(mail, position, setup, tx)
    if gathered is not None:
        gathered = await understood(gathered, setup, db, reader, received_at)

    now = clock.now()
    async with db.transaction(company.id, lease) as tx:
        records = Records(tx, Cause(CauseKind.MAIL, mail.digest), now)
        await tx.contents.put(raw, ContentKind.RAW_IN)
        if gathered is None:
            filed = FileMail(Filing.NOT_OURS, "the same mail was handled before")
        else:
            filed = await settle(gathered, records, setup, received_at)
        await file_mail(mail, gathered, filed, position, received_at, records)
    log.info("mail.filed", filing=filed.filing.value, reason=filed.reason, mail=mail.digest[:12])
    return filed.filing


async def gather(mail: ParsedMail, position: Position, setup: Setup, tx: Transaction) -> Gathered:
    """Whose mail this is: the clues in it, held against what we sent and whom we know."""
    company = setup.company
    clues = find_clues(mail, setup.tokens.read_address, company)
    candidates = await find_candidates(clues, tx)
    correspondents = {a.address for a in (*mail.to, *mail.cc)} - company.own_addresses
    customers = {a: refs for a in correspondents if (refs := await tx.customers.by_address(a))}
    in_sent = position.mailbox == SENT
    own = await _is_own(mail, in_sent, setup, tx)
    role = role_of(mail, company, in_sent, own, frozenset(customers))
    found = match(mail, clues, candidates)
    if role is Role.STAFF_TO_CUSTOMER:
        found = written_to(customers, found)
    written_to_refs = [ref for refs in customers.values() for ref in refs]
    forgotten = in_sent and not own and is_forgotten(mail, written_to_refs, setup)
    return Gathered(mail, role, found, Reading((), ""), forgotten)


async def _is_own(mail: ParsedMail, in_sent: bool, setup: Setup, tx: Transaction) -> bool:
    """True for a copy of what mailagent sent. Our Message-ID alone proves nothing: anyone can write it."""
    if not mail.message_id or not (in_sent or mail.sender in setup.company.own_addresses):
        return False
    return bool(await tx.outbox.by_message_ids((mail.message_id,)))


def written_to(customers: Mapping[str, tuple[str, ...]], found: Match) -> Match:
    """The match of a mail that staff wrote: whom it went to, whatever else it mentions."""
    refs = tuple(dict.fromkeys(ref for refs in customers.values() for ref in refs))
    if not refs:
        return found
    evidence = tuple(f"staff wrote to {address}" for address in customers)
    return Match(
        customer=refs[0],
        invoices=(),
        level=None,
        evidence=evidence,
        rivals=refs[1:],
        outbox_ids=(),
        known_sender=True,
    )


async def find_candidates(clues: Clues, tx: Transaction) -> Candidates:
    """Look the clues up."""
    numbers = (*clues.subject_numbers, *clues.new_text_numbers, *clues.quoted_numbers)
    by_number = await tx.invoices.by_normalised(tuple(dict.fromkeys(numbers)))
    by_token = tuple(_sent(m) for m in await tx.outbox.by_ids(clues.tokens))
    by_message_id = tuple(_sent(m) for m in await tx.outbox.by_message_ids(clues.message_ids))
    by_sender = await tx.customers.by_address(clues.sender) if clues.sender else ()
    by_domain = await tx.customers.by_domain(clues.domain) if clues.domain else ()
    claims = [await tx.customers.by_address(a) for a in clues.claimed[:CLAIMS]]
    by_claim = tuple(dict.fromkeys(ref for refs in claims for ref in refs))
    refs = {m.customer for m in (*by_token, *by_message_id)} | {*by_sender, *by_domain, *by_claim}
    refs |= {customer for _, _, customer in by_number}
    open_numbers = {ref: await tx.invoices.open_numbers(ref) for ref in sorted(refs)[:50]}
    return Candidates(
        by_token=by_token,
        by_message_id=by_message_id,
        by_number=by_number,
        by_sender=by_sender,
        by_domain=by_domain,
        by_claim=by_claim,
        open_numbers=open_numbers,
    )


async def understood(
    gathered: Gathered, setup: Setup, db: Database, reader: Reader, received_at: datetime
) -> Gathered:
    """The same with what the mail says, for mail that a customer or his machine wrote."""
    if gathered.role is not Role.CUSTOMER or gathered.mail.unreadable:
        return gathered
    numbers: tuple[str, ...] = ()
    if gathered.match.customer:
        async with db.snapshot(setup.company.id) as tx:
            numbers = await tx.invoices.open_numbers(gathered.match.customer)
    # The day it came: the reader believes the mail's own date only when it is not far from this one.
    today = setup.calendar.local_date(received_at)
    reading = await reader.understand(
        gathered.mail, numbers, today, setup.company.timezone, setup.company.currency
    )
    if gathered.match.customer and not gathered.match.known_sender:
        reading = replace(reading, flags=(*reading.flags, Flag.NEW_SENDER))
    return replace(gathered, reading=reading)


async def settle(
    gathered: Gathered, records: Records, setup: Setup, received_at: datetime
) -> FileMail:
    """Decide on fresh facts and carry it out."""
    if gathered.forgotten:
        return await stop_for_older_copy(gathered.mail, records, setup)
    refs = [r for r in (gathered.match.customer, *gathered.match.rivals) if r]
    accounts = await records.tx.accounts.load_many(refs)
    decisions = decide(
        gathered.mail,
        gathered.match,
        gathered.reading,
        accounts,
        setup.company,
        setup.calendar,
        received_at,
        records.now,
        gathered.role,
    )
    filed = await apply(decisions, records, setup, gathered.mail.digest)
    assert filed is not None, "every mail is filed exactly once"
    return filed


async def file_mail(
    mail: ParsedMail,
    gathered: Gathered | None,
    filed: FileMail,
    position: Position,
    received_at: datetime,
    records: Records,
) -> None:
    """The end of the mail: inbox row, journal, cursor."""
    customer = gathered.match.customer if gathered else None
    await records.tx.inbox.add(
        mailbox=position.mailbox,
        uidvalidity=position.uidvalidity,
        uid=position.uid,
        digest=mail.digest,
        message_id=mail.message_id,
        sender=mail.sender,
        subject=mail.subject,
        received_at=received_at,
        filing=filed.filing,
        reason=filed.reason,
        customer=customer,
        summary=summary(gathered) if gathered else {},
    )
    await records.note(
        "mail.filed",
        customer or mail.digest,
        {
            "filing": filed.filing.value,
            "reason": filed.reason,
            "mail": mail.digest,
            "sender": mail.sender,
            "summary": summary(gathered) if gathered else {},
        },
    )
    await records.tx.mailboxes.save(
        position.mailbox, position.uidvalidity, position.uid, records.now
    )


def summary(gathered: Gathered) -> dict[str, JSON]:
    """What was understood and on what evidence, for `mailagent why` and the inbox list."""
    reading, found = gathered.reading, gathered.match
    return {
        "role": gathered.role.value,
        "machine": gathered.mail.machine.value if gathered.mail.machine else None,
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


def _sent(mail: OutboxMail) -> SentMail:
    return SentMail(
        outbox_id=mail.id,
        message_id=mail.message_id,
        customer=mail.customer,
        invoices=mail.invoices,
        recipient=mail.recipient,
    )
