"""Whose mail is this, and which invoices does it speak of? All evidence is kept, the best decides.

A token or a Message-ID proves the thread, never the person who writes: `known_sender` says whether the
address is a contact of the customer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from mailagent.core.company import Company
from mailagent.core.domains import business_domain, domain_of
from mailagent.core.mail import ParsedMail
from mailagent.core.numbers import find_numbers
from mailagent.core.subject import base_subject

MANY = 3  # a stranger's numbers that point at more customers than this point at none


class Level(IntEnum):
    """Kinds of evidence; a smaller number is stronger."""

    TOKEN = 1  # our signed address among the recipients
    RETURN_PATH = 2  # the same, on a delivery report
    REFERENCE = 3  # In-Reply-To or References name our mail
    RETURNED_MAIL = 4  # a delivery report returns our mail
    SUBJECT = 6  # the subject names an invoice
    NUMBER = 7  # the text names an invoice
    SENDER = 8  # the address or its domain is a customer's

    @property
    def is_strong(self) -> bool:
        """True when nobody could have it without one of our mails."""
        return self <= Level.RETURNED_MAIL


@dataclass(frozen=True, slots=True)
class Clues:
    """What in a mail could tell whose it is; to be looked up."""

    tokens: tuple[int, ...]  # outbox ids proven by a signed address
    message_ids: tuple[str, ...]  # most telling first; domains in lower case
    subject_numbers: tuple[str, ...]  # normalised, as all numbers here
    new_text_numbers: tuple[str, ...]
    quoted_numbers: tuple[str, ...]  # quoted text, forwarded text and file names
    sender: str  # for a forward by staff: who wrote the mail inside
    recipients: tuple[str, ...]
    domain: str  # of the sender; empty for mailbox providers and for ourselves
    claimed: tuple[
        str, ...
    ] = ()  # the From addresses when there are several: one of them may be true


@dataclass(frozen=True, slots=True)
class SentMail:
    """A mail of ours that a clue led to."""

    outbox_id: int
    message_id: str
    customer: str
    invoices: tuple[str, ...]
    recipient: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the clues led to, in this company."""

    by_token: tuple[SentMail, ...] = ()
    by_message_id: tuple[SentMail, ...] = ()
    by_number: tuple[tuple[str, str, str], ...] = ()  # (normalised, number, customer)
    by_sender: tuple[str, ...] = ()  # customers
    by_domain: tuple[str, ...] = ()  # customers
    by_claim: tuple[str, ...] = ()  # customers among several From addresses
    open_numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by customer


@dataclass(frozen=True, slots=True)
class Match:
    """Whose mail it is."""

    customer: str | None
    invoices: tuple[str, ...]  # which ones it speaks of; empty: not known
    level: Level | None  # the best evidence for the customer
    evidence: tuple[str, ...]  # sentences for a person
    rivals: tuple[str, ...]  # other customers it could be from: a person decides
    outbox_ids: tuple[int, ...]  # mails of ours it cites: proof that they arrived
    known_sender: bool  # the sender is a contact of the customer
    recipients: tuple[str, ...] = ()  # addresses the cited mails went to


@dataclass(frozen=True, slots=True)
class _Finding:
    """One piece of evidence for one customer."""

    level: Level
    customer: str
    sentence: str
    invoices: tuple[str, ...] = ()


def find_clues(mail: ParsedMail, read_token: Callable[[str], int | None], own: Company) -> Clues:
    """Everything in the mail that could be looked up."""
    inner = mail.forwarded if mail.sender in own.staff_addresses else None
    sender = _writer(mail, own)
    recipients = dict.fromkeys(
        [a.address for a in (*mail.to, *mail.cc)] + [a.lower() for a in mail.delivered_to]
    )
    inside = [a.address for a in (*inner.to, *inner.cc)] if inner else []
    tokens = (read_token(address) for address in (*recipients, *inside))
    quoted = [mail.quoted_text, *(a.filename for a in mail.attachments)]
    if mail.forwarded:
        quoted += [mail.forwarded.subject, mail.forwarded.text]
    our_domains = {domain_of(a) for a in own.own_addresses | own.staff_addresses}
    domain = business_domain(sender)
    return Clues(
        tokens=tuple(dict.fromkeys(t for t in tokens if t is not None)),
        message_ids=_cited_ids(mail),
        subject_numbers=find_numbers(base_subject(mail.subject)),
        new_text_numbers=find_numbers(mail.new_text),
        quoted_numbers=find_numbers("\n".join(quoted)),
        sender=sender,
        recipients=tuple(a for a in recipients if a),
        domain="" if domain in our_domains else domain,
        claimed=tuple(a.address for a in mail.from_ if a.address) if len(mail.from_) > 1 else (),
    )


def match(mail: ParsedMail, clues: Clues, candidates: Candidates) -> Match:
    """The customer on the best evidence, with everyone else it could be from as rivals."""
    findings = sorted(_findings(mail, clues, candidates), key=lambda f: f.level)
    customers = _choose(findings, candidates)
    evidence = tuple(f.sentence for f in findings)
    sent = [*candidates.by_token, *candidates.by_message_id]
    outbox_ids = tuple(dict.fromkeys(s.outbox_id for s in sent))
    recipients = tuple(dict.fromkeys(s.recipient.lower() for s in sent))
    if not customers:
        return Match(None, (), None, evidence, (), outbox_ids, False, recipients)
    customer, *rivals = customers
    own = [f for f in findings if f.customer == customer]
    return Match(
        customer=customer,
        invoices=_invoices(own, clues, candidates, customer),
        level=own[0].level,
        evidence=evidence,
        rivals=tuple(rivals),
        outbox_ids=outbox_ids,
        known_sender=customer in candidates.by_sender,
        recipients=recipients,
    )


def _writer(mail: ParsedMail, own: Company) -> str:
    """Whose word it is: the sender, or the one inside a report or a forward by staff."""
    if mail.bounce:
        # A report comes from a mail server; the address it speaks of tells the customer.
        return next((r.address.lower() for r in mail.bounce.recipients if r.address), "")
    if mail.forwarded and mail.sender in own.staff_addresses:
        return mail.forwarded.from_[0].address if mail.forwarded.from_ else ""
    return mail.sender


def _cited_ids(mail: ParsedMail) -> tuple[str, ...]:
    """In-Reply-To first, then References from the newest, then the mail a report returns."""
    cited = [*mail.in_reply_to, *reversed(mail.references)]
    if mail.bounce and mail.bounce.original_message_id:
        cited.append(mail.bounce.original_message_id)
    return tuple(dict.fromkeys(_same_domain_case(message_id) for message_id in cited))


def _same_domain_case(message_id: str) -> str:
    local, at, domain = "".join(message_id.split()).strip("<>").rpartition("@")
    return f"<{local}{at}{domain.lower()}>"


def _findings(mail: ParsedMail, clues: Clues, candidates: Candidates) -> Iterable[_Finding]:
    yield from _cited_mails(mail, clues, candidates)
    places = (
        (Level.SUBJECT, clues.subject_numbers, "the subject names"),
        (Level.NUMBER, clues.new_text_numbers, "the text names"),
        (Level.NUMBER, clues.quoted_numbers, "the quoted text names"),
    )
    for level, numbers, words in places:
        for customer, invoices in _owners(numbers, candidates).items():
            sentence = f"{words} {', '.join(invoices)} of customer {customer}"
            yield _Finding(level, customer, sentence, invoices)
    for customer in candidates.by_sender:
        yield _Finding(
            Level.SENDER, customer, f"{clues.sender} is a contact of customer {customer}"
        )
    for customer in candidates.by_domain:
        sentence = f"{clues.domain} is the domain of customer {customer}"
        yield _Finding(Level.SENDER, customer, sentence)
    for customer in candidates.by_claim:
        sentence = f"one of several From addresses is a contact of customer {customer}"
        yield _Finding(Level.SENDER, customer, sentence)


def _cited_mails(mail: ParsedMail, clues: Clues, candidates: Candidates) -> Iterable[_Finding]:
    level = Level.RETURN_PATH if mail.bounce else Level.TOKEN
    for sent in sorted(candidates.by_token, key=lambda s: _place(clues.tokens, s.outbox_id)):
        sentence = f"it came to the reply address of our mail {sent.outbox_id} to {sent.recipient}"
        yield _Finding(level, sent.customer, sentence, sent.invoices)
    returned = _same_domain_case(mail.bounce.original_message_id or "") if mail.bounce else ""
    by_id = {_same_domain_case(s.message_id): s for s in candidates.by_message_id}
    for message_id in sorted(by_id, key=lambda i: _place(clues.message_ids, i)):
        sent = by_id[message_id]
        level, verb = Level.REFERENCE, "answers"
        if message_id == returned:
            level, verb = Level.RETURNED_MAIL, "returns"
        sentence = f"it {verb} our mail {sent.outbox_id} to {sent.recipient}"
        yield _Finding(level, sent.customer, sentence, sent.invoices)


def _place(clues: tuple[object, ...], clue: object) -> int:
    return clues.index(clue) if clue in clues else len(clues)


def _owners(numbers: tuple[str, ...], candidates: Candidates) -> dict[str, tuple[str, ...]]:
    """The invoices among these numbers, by customer, in the order of the text."""
    owners: dict[str, tuple[str, ...]] = {}
    known = sorted(candidates.by_number, key=lambda n: (_place(numbers, n[0]), n[1]))
    for normalised, number, customer in known:
        if normalised in numbers:
            owners[customer] = (*owners.get(customer, ()), number)
    return owners


def _choose(findings: list[_Finding], candidates: Candidates) -> list[str]:
    """The customer first, then his rivals; empty when it could be anybody."""
    strong = _customers(f for f in findings if f.level.is_strong)
    if strong:
        # A contact of somebody else in this thread: both fall silent until a person has looked.
        strangers = [] if strong[0] in candidates.by_sender else candidates.by_sender
        return list(dict.fromkeys([*strong, *strangers]))
    numbered = _customers(f for f in findings if f.level in {Level.SUBJECT, Level.NUMBER})
    if candidates.by_sender:
        # Figures of other customers in his mail mean nothing; among his own they decide.
        among = [c for c in candidates.by_sender if c in numbered]
        return among if len(among) == 1 else list(candidates.by_sender)
    both = [c for c in numbered if c in candidates.by_domain]
    vague = (*candidates.by_claim, *candidates.by_domain)
    pool = both or list(dict.fromkeys([*numbered, *vague]))
    return pool if len(pool) <= MANY else []


def _customers(findings: Iterable[_Finding]) -> list[str]:
    return list(dict.fromkeys(f.customer for f in findings))


def _invoices(
    own: list[_Finding], clues: Clues, candidates: Candidates, customer: str
) -> tuple[str, ...]:
    """What he says now goes before what we wrote, and that before what is only quoted."""
    said = _owners(clues.new_text_numbers, candidates).get(customer)
    cited = next((f.invoices for f in own if f.level.is_strong), ())
    subject = _owners(clues.subject_numbers, candidates).get(customer)
    quoted = _owners(clues.quoted_numbers, candidates).get(customer)
    found = said or cited or subject or quoted
    if found:
        return found
    still_open = candidates.open_numbers.get(customer, ())
    return still_open if len(still_open) == 1 else ()
