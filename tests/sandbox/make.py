"""Evidence of a small true story, to be falsified by tests: one reminder, one answer, one payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import Any

from mailagent.core.calendar import Calendar
from mailagent.core.company import SendingWindow
from mailagent.core.customer import Account, Contact, Customer, Reminder
from mailagent.core.decisions import Cause, CauseKind, Filing
from mailagent.core.invoice import Invoice
from mailagent.core.journal import Entry, next_entry
from mailagent.core.money import Money
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.sandbox.acts import Author, Hush, Pay, Post
from mailagent.sandbox.evidence import Books, Evidence
from mailagent.sandbox.imap_server import StoredMail
from mailagent.sandbox.smtp_server import SubmittedMail
from mailagent.sandbox.story import ACCOUNTANT, Bill, Debtor, build_story
from mailagent.store.inbox import ReceivedMail

STORY = build_story(1)
DEBTOR = STORY.debtor("C1003")
BILL = DEBTOR.bills[0]
MONDAY = datetime(2026, 3, 2, 7, 31, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


def mail_to(debtor: Debtor, bill: Bill, text: str = "", html: str = "") -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = str(ACCOUNTANT)
    mail["To"] = str(debtor.contact)
    mail["Subject"] = f"Facture {bill.number}"
    mail["Message-ID"] = f"<{bill.number}@vauban.example>"
    mail.set_content(f"Bonjour, {bill.number} reste due. {text}")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def submitted(raw: bytes, at: datetime = MONDAY, to: str = DEBTOR.contact.address) -> SubmittedMail:
    message_id = f"<{sha256(raw).hexdigest()[:10]}@vauban.example>"
    return SubmittedMail(at, ACCOUNTANT.address, (to,), message_id, raw)


def outbox_mail(raw: bytes, number: int = 1) -> OutboxMail:
    return OutboxMail(
        id=number, company=STORY.company.id, customer=DEBTOR.ref, step="d+3", cycle=0,
        sender=ACCOUNTANT.address, recipient=DEBTOR.contact.address, message_id="<m>",
        raw=sha256(raw).hexdigest(), invoices=(BILL.number,), balances=(), subject="",
        planned_for=MONDAY.date(), state=OutboxState.SENT, reason="", attempts=1,
        next_attempt_at=MONDAY, fence=1, claimed_by="", lease_until=None, reply="",
        created_at=MONDAY, sent_at=MONDAY, filed_in_sent=True,
    )  # fmt: skip


def answer(
    hush: Hush | None = None, author: Author = Author.CUSTOMER, at: datetime = TUESDAY
) -> Post:
    hush = hush or Hush(date(2026, 3, 20), (BILL.number,))
    raw = f"Subject: Re: {at} {author}\r\n\r\nle 20 mars".encode()
    folder = "Sent" if author is Author.STAFF else "INBOX"
    return Post(at, DEBTOR.ref, author, raw, "will pay on 20 Mar", hush, folder)


def stored(post: Post, uid: int) -> StoredMail:
    return StoredMail(post.folder, uid, post.at, post.raw)


def received(post: Post, uid: int) -> ReceivedMail:
    mailbox = "inbox" if post.folder == "INBOX" else "sent"
    return ReceivedMail(
        id=uid, mailbox=mailbox, uidvalidity=1, uid=uid, digest=post.digest, message_id="<a>",
        sender=DEBTOR.contact.address, subject="Re:", received_at=post.at, filing=Filing.APPLIED,
        reason="understood", customer=DEBTOR.ref, summary={},
    )  # fmt: skip


def journal(*facts: tuple[datetime, str, dict[str, Any]]) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for at, event, data in facts:
        entries.append(
            next_entry(
                entries[-1] if entries else None,
                company=STORY.company.id, at=at, event=event, subject=DEBTOR.ref, data=data,
                cause=Cause(CauseKind.MAIL, "x"),
            )
        )  # fmt: skip
    return tuple(entries)


def heard(post: Post, at: datetime = TUESDAY) -> tuple[tuple[datetime, str, dict[str, Any]], ...]:
    """What the journal says of a mail that was taken in."""
    return (
        (at, "hold.placed", {"mail": post.digest, "evidence": "le 20 mars"}),
        (at, "mail.filed", {"mail": post.digest, "filing": "applied"}),
    )


def account(paid: int = BILL.amount, address: str = DEBTOR.contact.address) -> Account:
    customer = Customer("vauban", DEBTOR.ref, DEBTOR.name, contacts=(Contact(address),))
    invoice = Invoice(
        "vauban",
        BILL.number,
        DEBTOR.ref,
        BILL.issued,
        BILL.due,
        Money(BILL.amount, "EUR"),
        paid=paid,
    )
    step = (BILL.number, "d+3")
    reminder = Reminder("d+3", 0, (BILL.number,), (step,), MONDAY.date(), live=True)
    return Account(customer, (invoice,), reminders=(reminder,))


def true_story() -> Evidence:
    """Everything as it should be."""
    raw, post = mail_to(DEBTOR, BILL), answer()
    pay = Pay(datetime(2026, 3, 23, 6, 30, tzinfo=UTC), DEBTOR.ref, BILL.number, BILL.amount, "VIR")
    return Evidence(
        story=STORY,
        calendar=Calendar("FR", "", SendingWindow(), "Europe/Paris"),
        submitted=(submitted(raw),),
        mailbox=(stored(post, 101),),
        posts=(post,),
        pays=(pay,),
        books=Books(
            received=(received(post, 101),),
            outbox=(outbox_mail(raw),),
            accounts=(account(),),
            journal=journal(*heard(post)),
            waiting=(),
        ),
    )


def with_books(evidence: Evidence, **changes: Any) -> Evidence:
    return replace(evidence, books=replace(evidence.books, **changes))
