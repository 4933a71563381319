"""The promises, checked at the end of the demonstration against what happened outside the daemon.

What left is taken from the SMTP server's log, what arrived from the mailbox, what is true from the story;
the daemon's own words are compared with these, not believed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email import message_from_bytes, policy

from mailagent.core.decisions import Filing
from mailagent.core.journal import verify
from mailagent.core.outbox import OutboxState
from mailagent.sandbox.acts import Act, Author, Hush, Pay, Post
from mailagent.sandbox.evidence import Evidence, Reminded
from mailagent.sandbox.story import ZONE

_FETCHED = re.compile(
    r"<(img|link|script|iframe|object|embed)\b|\bsrc\s*=|url\(|@import", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Check:
    """One promise, and whether it was kept."""

    promise: str  # "P1"
    says: str
    ok: bool
    detail: str  # the numbers when kept, the first violation when not


def check_promises(evidence: Evidence) -> tuple[Check, ...]:
    """Every promise that two months of mail can prove or break."""
    return tuple(
        _judged(promise, says, evidence, violations, numbers)
        for promise, says, violations, numbers in _PROMISES
    )


def _judged(
    promise: str,
    says: str,
    evidence: Evidence,
    violations: Callable[[Evidence], Iterator[str]],
    numbers: Callable[[Evidence], str],
) -> Check:
    found = list(violations(evidence))
    if not found:
        return Check(promise, says, ok=True, detail=numbers(evidence))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return Check(promise, says, ok=False, detail=found[0] + more)


def _answered_then_reminded(evidence: Evidence) -> Iterator[str]:
    """P1: a reminder although an answer had arrived longer ago than a look may be old, unread."""
    freshness = evidence.story.company.policy.freshness
    arrived = {mail.digest: mail.arrived for mail in evidence.mailbox}
    for post in _from(evidence, Author.CUSTOMER, Author.MACHINE, Author.STAFF):
        filed = evidence.filed_at.get(post.digest)
        for sent in _to(evidence, post.customer):
            overlooked = arrived[post.digest] + freshness < sent.at
            if overlooked and (filed is None or sent.at < filed):
                yield f"{_who(sent)} was reminded before his mail of {post.at:%d %b %H:%M} was read"


def _broken_silence(evidence: Evidence) -> Iterator[str]:
    """P2: a reminder within the silence that a customer's mail asks for, or within that of any mail."""
    pause = evidence.story.company.policy.reply_pause_days
    for post in _from(evidence, Author.CUSTOMER, Author.MACHINE):
        hushes = [post.hush] if post.hush else []
        if post.author is Author.CUSTOMER:
            hushes.append(Hush(evidence.calendar.add_working_days(post.at.date(), pause)))
        for sent in _to(evidence, post.customer):
            if any(_within(post, hush, sent, evidence) for hush in hushes):
                yield f"{_who(sent)}, although: {post.gist} ({post.at:%d %b})"
    held = {str(e.data["mail"]) for e in evidence.books.journal if e.event == "hold.placed"}
    for post in _from(evidence, Author.CUSTOMER):
        if post.digest not in held:
            yield f"no hold followed the mail of {post.customer}: {post.gist} ({post.at:%d %b})"


def _spoke_over_staff(evidence: Evidence) -> Iterator[str]:
    """P3: a reminder while a person is talking with the customer."""
    for post in _from(evidence, Author.STAFF):
        for sent in _to(evidence, post.customer):
            if post.hush is not None and _within(post, post.hush, sent, evidence):
                yield f"{_who(sent)}, although Claire wrote to him on {post.at:%d %b}"


def _lost_mail(evidence: Evidence) -> Iterator[str]:
    """P4: a mail in the mailbox without exactly one end."""
    filed = Counter((mail.mailbox, mail.uid) for mail in evidence.books.received)
    for mail in evidence.mailbox:
        place = ("inbox" if mail.folder == "INBOX" else "sent", mail.uid)
        if filed[place] != 1:
            yield f"mail {place[0]}/{place[1]} ended {filed[place]} times"
    if len(evidence.books.received) != len(evidence.mailbox):
        yield f"{len(evidence.mailbox)} mails arrived, {len(evidence.books.received)} were filed"
    for received in evidence.books.received:
        if not received.reason:
            yield f"no reason was noted for {received.subject!r}"


def _sent_twice(evidence: Evidence) -> Iterator[str]:
    """P5: not exactly the bytes in the outbox, once; or one step twice."""
    left = Counter(mail.digest for mail in evidence.submitted)
    recorded = Counter(mail.raw for mail in evidence.books.outbox if mail.state is OutboxState.SENT)
    for digest in left | recorded:
        if (left[digest], recorded[digest]) != (1, 1):
            yield f"mail {digest[:12]} left {left[digest]} times, is recorded {recorded[digest]} times"
    for message_id, times in Counter(m.message_id for m in evidence.submitted).items():
        if times > 1:
            yield f"{message_id} left {times} times"
    steps = Counter(
        (invoice, step)
        for account in evidence.books.accounts
        for reminder in account.reminders
        if reminder.live
        for invoice, step in reminder.advanced
    )
    for (invoice, step), times in steps.items():
        if times > 1:
            yield f"{invoice} had step {step} {times} times"


def _believed_claims(evidence: Evidence) -> Iterator[str]:
    """P6: books that differ from the money that came."""
    came: Counter[tuple[str, bool]] = Counter()
    for pay in evidence.pays:
        came[pay.invoice, pay.is_credit_note] += pay.amount
    for account in evidence.books.accounts:
        for invoice in account.invoices:
            expected = (came[invoice.number, False], came[invoice.number, True])
            if (invoice.paid, invoice.credited) != expected:
                yield f"{invoice.number} is credited with {invoice.paid}, {expected[0]} came"
        contact = evidence.story.debtor(account.customer.ref).contact.address
        if [c.address for c in account.customer.contacts] != [contact]:
            yield f"the address of {account.customer.name} was changed by mail"


def _disclosed(evidence: Evidence) -> Iterator[str]:
    """P7: another customer's name, address or invoice number in a mail, or a wrong recipient."""
    for sent in evidence.reminded:
        told = f"{sent.mail.subject}\n{sent.mail.text}"
        for other in evidence.story.debtors:
            marks = (other.name, other.contact.address, *(bill.number for bill in other.bills))
            found = any(m in told or m.encode() in sent.mail.raw for m in marks)  # file names too
            if other != sent.debtor and found:
                yield f"a mail to {sent.debtor.name} mentions {other.name}"
    known = {d.contact.address for d in evidence.story.debtors}
    known |= {staff.address for staff in evidence.story.company.staff}
    for mail in evidence.submitted:
        for address in set(mail.recipients) - known:
            yield f"a mail went to {address}, who is nobody's contact"


def _unexplained(evidence: Evidence) -> Iterator[str]:
    """P8: a broken chain, or a hold without evidence."""
    if problem := verify(evidence.books.journal):
        yield str(problem)
    for entry in evidence.books.journal:
        if not entry.cause.ref:
            yield f"entry {entry.seq} ({entry.event}) has no cause"
        if entry.event == "hold.placed" and not entry.data["evidence"]:
            yield f"the hold of entry {entry.seq} has no evidence"


def _remote_content(evidence: Evidence) -> Iterator[str]:
    """P10: anything in a mail that a reader's program would fetch."""
    for mail in evidence.submitted:
        for part in message_from_bytes(mail.raw, policy=policy.default).walk():
            if part.get_content_type() == "text/html" and _FETCHED.search(part.get_content()):
                yield f"mail {mail.message_id} loads remote content"


def _from(evidence: Evidence, *authors: Author) -> Iterator[Post]:
    return (p for p in evidence.posts if p.author in authors and p.customer)


def _to(evidence: Evidence, customer: str) -> Iterator[Reminded]:
    return (r for r in evidence.reminded if r.debtor.ref == customer)


def _within(post: Post, hush: Hush, sent: Reminded, evidence: Evidence) -> bool:
    """True when this reminder breaks the silence that this mail asked for."""
    concerned = not hush.invoices or set(hush.invoices) & set(sent.mail.invoices)
    after = sent.at > post.at + evidence.story.company.policy.freshness
    day = sent.at.astimezone(ZONE).date()
    return bool(concerned and after and day <= _last_day(post, hush, sent.at, evidence))


def _last_day(post: Post, hush: Hush, until: datetime, evidence: Evidence) -> date:
    """The end of a silence: its own, or the moment when staff or money settled the matter."""
    if hush.until is not None:
        return hush.until
    acts: tuple[Act, ...] = (*evidence.posts, *evidence.pays)
    settling = [
        other.at.astimezone(ZONE).date()
        for other in acts
        if other.customer == post.customer
        and post.at < other.at <= until
        and (isinstance(other, Pay) or other.author is Author.STAFF)
    ]
    return min(settling, default=date.max)


def _who(sent: Reminded) -> str:
    return f"{sent.debtor.name} was reminded on {sent.at.astimezone(ZONE):%d %b %H:%M}"


def _count(evidence: Evidence, filing: Filing) -> int:
    return sum(mail.filing is filing for mail in evidence.books.received)


def _withdrawn(evidence: Evidence) -> int:
    return sum(entry.event == "reminder.cancelled" for entry in evidence.books.journal)


_PROMISES: tuple[
    tuple[str, str, Callable[[Evidence], Iterator[str]], Callable[[Evidence], str]], ...
] = (
    (
        "P1", "no reminder after an answer", _answered_then_reminded,
        lambda e: f"{len(e.reminded)} reminders on a fresh mailbox; {_withdrawn(e)} withdrawn just in time",
    ),
    (
        "P2", "a human mail brings silence", _broken_silence,
        lambda e: f"{sum(1 for _ in _from(e, Author.CUSTOMER))} answers, each followed by silence",
    ),
    (
        "P3", "a human took over", _spoke_over_staff,
        lambda e: f"{sum(1 for _ in _from(e, Author.STAFF))} mails by Claire, none talked over",
    ),
    (
        "P4", "nothing is discarded", _lost_mail,
        lambda e: f"{len(e.mailbox)} mails: {_count(e, Filing.APPLIED)} applied, "
        f"{_count(e, Filing.WAITING)} for Claire, {_count(e, Filing.NOT_OURS)} not ours, "
        f"{_count(e, Filing.QUARANTINED)} set aside",
    ),
    (
        "P5", "one reminder, once", _sent_twice,
        lambda e: f"{len(e.submitted)} mails left, each once, with the bytes of the outbox",
    ),
    (
        "P6", "a claim is not a fact", _believed_claims,
        lambda e: f"{len(e.pays)} payments came, and only they are in the books",
    ),
    (
        "P7", "no customer sees another's data", _disclosed,
        lambda e: f"{len(e.reminded)} mails, each searched for {len(e.story.debtors) - 1} other customers",
    ),
    (
        "P8", "every decision explains itself", _unexplained,
        lambda e: f"{len(e.books.journal)} journal entries, chain intact, each with its cause",
    ),
    (
        "P10", "nothing remote in a mail", _remote_content,
        lambda _: "no pixel, no font; servers on this machine only",
    ),
)  # fmt: skip
