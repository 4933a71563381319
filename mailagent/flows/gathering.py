"""Whose mails these are: the clues of a block looked up together, then each mail judged by itself.

What is looked up here no mail can change (mails sent, contacts, numbers of open invoices), so a mail may be
judged before the one in front of it is filed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailagent.core.company import Company
from mailagent.core.decide import Role, role_of
from mailagent.core.mail import ParsedMail, Reading
from mailagent.core.match import Candidates, Clues, Match, SentMail, find_clues, match
from mailagent.core.outbox import OutboxMail
from mailagent.flows.freshness import SENT
from mailagent.flows.older_copy import is_forgotten
from mailagent.flows.setup import Setup
from mailagent.store.transaction import Transaction

CLAIMS = 20  # From addresses looked up in a mail that has several


@dataclass(frozen=True, slots=True)
class Position:
    """Where a mail lies: which mailbox ("inbox" or "sent"), and its UID under that UIDVALIDITY."""

    mailbox: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail as it came, and parsed."""

    position: Position
    received_at: datetime
    raw: bytes
    mail: ParsedMail


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything known about a mail before it is decided."""

    arrival: Arrival
    role: Role
    match: Match
    reading: Reading
    open_numbers: tuple[str, ...] = ()  # of the customer it fits
    forgotten: bool = False  # made by this installation, yet unknown to its database


@dataclass(frozen=True, slots=True)
class Known:
    """What the database has about the clues of some mails."""

    sent_by_id: Mapping[int, SentMail]
    sent_by_message_id: Mapping[str, SentMail]
    by_number: Mapping[str, Sequence[tuple[str, str, str]]]  # (normalised, number, customer)
    by_address: Mapping[str, tuple[str, ...]]
    by_domain: Mapping[str, tuple[str, ...]]
    open_numbers: Mapping[str, tuple[str, ...]]  # by customer


async def gather(
    arrivals: Sequence[Arrival], setup: Setup, tx: Transaction
) -> tuple[Gathered, ...]:
    """For each mail whose it is; a handful of queries for all of them."""
    clues = [find_clues(a.mail, setup.tokens.read_address, setup.company) for a in arrivals]
    known = await _look_up(arrivals, clues, tx, setup.company)
    return tuple(_judge(a, c, known, setup) for a, c in zip(arrivals, clues, strict=True))


async def _look_up(
    arrivals: Sequence[Arrival], clues: Sequence[Clues], tx: Transaction, own: Company
) -> Known:
    message_ids = {m for c in clues for m in c.message_ids} | {a.mail.message_id for a in arrivals}
    sent = await tx.outbox.by_ids({token for c in clues for token in c.tokens})
    sent += await tx.outbox.by_message_ids(message_ids - {""})
    numbers: dict[str, list[tuple[str, str, str]]] = {}
    for found in await tx.invoices.by_normalised({n for c in clues for n in _numbers(c)}):
        numbers.setdefault(found[0], []).append(found)
    addresses = {a for c in clues for a in (c.sender, *c.claimed[:CLAIMS])}
    addresses |= {a for arrival in arrivals for a in _correspondents(arrival.mail, own)}
    by_address = await tx.customers.by_addresses(addresses - {""})
    by_domain = await tx.customers.by_domains({c.domain for c in clues} - {""})
    customers = {mail.customer for mail in sent}
    customers |= {customer for found in numbers.values() for _, _, customer in found}
    customers |= {c for refs in (*by_address.values(), *by_domain.values()) for c in refs}
    return Known(
        sent_by_id={mail.id: _sent(mail) for mail in sent},
        sent_by_message_id={mail.message_id: _sent(mail) for mail in sent},
        by_number=numbers,
        by_address=by_address,
        by_domain=by_domain,
        open_numbers=await tx.invoices.open_numbers_of(customers),
    )


def _judge(arrival: Arrival, clues: Clues, known: Known, setup: Setup) -> Gathered:
    mail, company = arrival.mail, setup.company
    in_sent = arrival.position.mailbox == SENT
    own = _is_own(mail, in_sent, known, company)
    written_to = {
        a: known.by_address[a] for a in _correspondents(mail, company) if a in known.by_address
    }
    role = role_of(mail, company, in_sent, own, frozenset(written_to))
    found = match(mail, clues, candidates(clues, known))
    if role is Role.STAFF_TO_CUSTOMER:
        found = _match_of_staff(written_to, found)
    refs = [ref for refs in written_to.values() for ref in refs]
    return Gathered(
        arrival=arrival,
        role=role,
        match=found,
        reading=Reading((), ""),
        open_numbers=known.open_numbers.get(found.customer or "", ()),
        forgotten=in_sent and not own and is_forgotten(mail, refs, setup),
    )


def candidates(clues: Clues, known: Known) -> Candidates:
    """What these clues led to."""
    sent = known.sent_by_message_id
    cited = [sent[m] for m in clues.message_ids if m in sent]
    claims = [known.by_address.get(a, ()) for a in clues.claimed[:CLAIMS]]
    return Candidates(
        by_token=tuple(known.sent_by_id[t] for t in sorted(clues.tokens) if t in known.sent_by_id),
        by_message_id=tuple(sorted(cited, key=lambda sent: sent.outbox_id)),
        by_number=tuple(
            found for n in dict.fromkeys(_numbers(clues)) for found in known.by_number.get(n, ())
        ),
        by_sender=known.by_address.get(clues.sender.lower(), ()),
        by_domain=known.by_domain.get(clues.domain.lower(), ()),
        by_claim=tuple(dict.fromkeys(ref for refs in claims for ref in refs)),
        open_numbers=known.open_numbers,
    )


def _is_own(mail: ParsedMail, in_sent: bool, known: Known, company: Company) -> bool:
    """True for a copy of what mailagent sent. Our Message-ID alone proves nothing: anyone can write it."""
    ours = in_sent or mail.sender in company.own_addresses
    return ours and mail.message_id in known.sent_by_message_id


def _match_of_staff(customers: Mapping[str, tuple[str, ...]], found: Match) -> Match:
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


def _correspondents(mail: ParsedMail, company: Company) -> tuple[str, ...]:
    """Those it was written to, but for ourselves."""
    people = dict.fromkeys(a.address for a in (*mail.to, *mail.cc))
    return tuple(a for a in people if a and a not in company.own_addresses)


def _numbers(clues: Clues) -> tuple[str, ...]:
    return (*clues.subject_numbers, *clues.new_text_numbers, *clues.quoted_numbers)


def _sent(mail: OutboxMail) -> SentMail:
    return SentMail(
        outbox_id=mail.id,
        message_id=mail.message_id,
        customer=mail.customer,
        invoices=mail.invoices,
        recipient=mail.recipient,
    )
