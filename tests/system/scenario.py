"""What happens to Martin Conseil in two weeks of March: twelve customers, and every kind of answer."""

from __future__ import annotations

import imaplib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.outbox import OutboxState
from mailagent.core.server import ImapAccount, SmtpAccount
from mailagent.core.standing import standing
from mailagent.flows import orders
from mailagent.flows.intake import import_invoices, import_payments
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.message.tokens import Tokens
from mailagent.store.database import Database
from tests.house import make_setup
from tests.letters import reply
from tests.peers.mail_host import MailUser, require
from tests.system.invariants import Quiet, Witnesses

OFFICE = "compta@martin.example"
FIRST = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday: the first reminders leave
ANSWERS = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)  # the customers have answered
LATER = datetime(2026, 3, 26, 9, 0, tzinfo=UTC)  # promises are broken, later steps are due
MOMENTS = (FIRST, ANSWERS, LATER)

# Customer i has two invoices. The first is due for "d+3" at FIRST, of the last two customers at ANSWERS.
FIRST_DUE = ("2026-03-06",) * 10 + ("2026-03-09",) * 2
SECOND_DUE = ("2026-02-27", "2026-03-06", "2026-03-24", "2026-02-26", "2026-03-31") * 2 + (
    "2026-03-31",
) * 2
CUSTOMERS = len(FIRST_DUE)


def address(customer: int) -> str:
    return f"anne@client{customer}.example"


def number(customer: int, which: int = 1) -> str:
    return f"FA-2026-{customer}{which:03d}"


def invoices() -> bytes:
    lines = ["number;customer;customer_name;email;due;amount"]
    for i in range(CUSTOMERS):
        head = f"C{i};Client {i};{address(i)}"
        lines.append(f"{number(i)};{head};{FIRST_DUE[i]};{1000 + i},00")
        lines.append(f"{number(i, 2)};{head};{SECOND_DUE[i]};{200 + i},50")
    return "\n".join(lines).encode()


def make_scene(key: bytes, imap: ImapAccount, smtp: SmtpAccount) -> Setup:
    """The company, with a mailbox and a mail server to use; everything else never changes."""
    return make_setup(key, company={"address": OFFICE}, imap=imap, smtp=smtp)


async def prepare(db: Database) -> None:
    """The state in which every run begins."""
    await db.migrate()
    setup = make_setup(await db.signing_key(), company={"address": OFFICE})
    async with db.transaction(setup.company.id) as tx:
        await tx.companies.upsert(setup.company.id, setup.company.legal.name)
    await import_invoices("f.csv", invoices(), {}, {}, setup, db, FIRST - timedelta(hours=1))


@dataclass(frozen=True)
class Arrival:
    """A mail that somebody else puts on our server."""

    raw: bytes
    folder: str = "INBOX"
    silences: int | None = None  # the customer who must not hear of us until the next moment


def arrivals(moment: datetime, tokens: Tokens) -> list[Arrival]:
    """What arrived shortly before a moment."""

    def thread(customer: int) -> str:
        # In the first mail the second invoice leads where it was due first.
        return tokens.message_id(
            "martin", f"C{customer}", first_step(customer), 0, "martin.example"
        )

    def answer(customer: int, text: str, **more: Any) -> bytes:
        facts = {
            "sender": address(customer),
            "answers": thread(customer),
            "message_id": f"<{moment:%d}.{customer}@client{customer}.example>",
            "at": moment - timedelta(hours=1),
        }
        return reply(text, **facts | more)

    if moment == ANSWERS:
        promise = answer(2, "Bonjour, nous paierons le 18 mars. Cordialement")
        same_id = "<same@client3.example>"
        return [
            Arrival(answer(1, "Bonjour, la facture a été réglée hier par virement."), silences=1),
            Arrival(promise, silences=2),
            Arrival(promise),  # the same bytes once more
            Arrival(answer(3, "Nous contestons cette facture : le prix est faux.", message_id=same_id), silences=3),
            Arrival(answer(3, "Alors, votre réponse ?", message_id=same_id)),
            Arrival(answer(4, "Bonjour, je vous rappelle demain.", answers="", subject="Coucou"), silences=4),
            Arrival(answer(5, "Je suis absente jusqu'au 20 mars inclus.", subject="Réponse automatique", extra="Auto-Submitted: auto-replied"), silences=5),
            Arrival(bounce(6, thread(6)), silences=6),
            Arrival(answer(7, "Bonjour, c'est noté, merci.", answers=thread(0)), silences=7),
            Arrival(staff(8, moment), folder="Sent", silences=8),
            Arrival(answer(9, "Pouvons-nous payer en trois fois ?"), silences=9),
            Arrival(reply("Nos promotions de mars", sender="news@shop.example", message_id="<n1@shop.example>", extra="List-Id: <news.shop.example>\r\nPrecedence: bulk")),
            Arrival(reply("Bonjour, êtes-vous ouverts samedi ?", sender="inconnu@ailleurs.example", message_id="<o1@ailleurs.example>")),
            Arrival(b"\xff\xfe nothing like a mail\r\n"),
        ]  # fmt: skip
    if moment == LATER:
        return [
            Arrival(answer(0, "Merci de nous renvoyer la facture, nous ne l'avons pas reçue."), silences=0),
        ]  # fmt: skip
    return []


def first_step(customer: int) -> str:
    """The step that words the first mail: an invoice due since ten days leads."""
    return "d+10" if SECOND_DUE[customer] < "2026-03-01" else "d+3"


def bounce(customer: int, thread: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: compta@martin.example\r\nSubject: Undelivered\r\n"
        "Message-ID: <b1@mx.example>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address(customer)}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {thread}\r\n\r\n--b--\r\n"
    ).encode()


def staff(customer: int, moment: datetime) -> bytes:
    return reply(
        "Bonjour Anne, je m'en occupe.",
        sender=OFFICE,
        to=address(customer),
        message_id="<s1@martin.example>",
        at=moment - timedelta(hours=1),
    )


def deliver(user: MailUser, mails: list[Arrival], at: datetime) -> None:
    """Put them on the server, in this order, as if they had arrived then."""
    with user.connection() as imap:
        for mail in mails:
            when = imaplib.Time2Internaldate(at)
            require(imap.append(mail.folder, "", when, mail.raw))


async def act(moment: datetime, db: Database, setup: Setup) -> None:
    """What the books and the people of the company bring before a moment, once."""
    before = moment - timedelta(minutes=30)
    if moment == ANSWERS:
        paid = b"invoice;amount;date\n" + f"{number(0, 2)};200,50;2026-03-11".encode()
        await import_payments("p.csv", paid, {}, setup, db, before)
    if moment == LATER:
        async with db.transaction(setup.company.id) as tx:
            records = Records(tx, Cause(CauseKind.PERSON, "claire@martin.example"), before)
            await orders.resume("C4", records, setup)
            await orders.hold("C8", None, "elle négocie", records, setup)


async def settle_doubts(db: Database, setup: Setup, arrived: set[str], now: datetime) -> int:
    """A person asks the customers which mails in doubt they have; returns how many were in doubt."""
    async with db.transaction(setup.company.id) as tx:
        records = Records(tx, Cause(CauseKind.PERSON, "claire@martin.example"), now)
        doubtful = await tx.outbox.list((OutboxState.UNKNOWN, OutboxState.HELD), 1000)
        for mail in doubtful:
            if mail.message_id in arrived:
                await orders.discard(mail.id, records, setup)
            else:
                await orders.release(mail.id, records)
    return len(doubtful)


def quiet_times(moment: datetime, since: datetime, tokens: Tokens) -> list[Quiet]:
    """Who must not hear of us from the arrival of his mail on."""
    silent = (mail.silences for mail in arrivals(moment, tokens))
    return [Quiet(address(customer), since) for customer in silent if customer is not None]


def end_state(found: Witnesses) -> dict[str, object]:
    """Everything that must be the same after any fault: no times of day, no counts of attempts."""
    setup = found.setup
    state: dict[str, object] = {}
    for ref, account in found.accounts.items():
        for invoice in account.invoices:
            now = standing(invoice, account, setup.sequence, found.now)
            state[f"invoice {invoice.number}"] = (now.kind.value, invoice.balance_due.amount)
        state[f"holds {ref}"] = sorted(
            (h.invoice or "", h.reason.value, str(h.until), h.evidence, h.mail or "", h.is_active(found.now))
            for h in account.holds
        )  # fmt: skip
        state[f"promises {ref}"] = [
            (p.invoice, p.pay_by, p.amount, p.state.value) for p in account.promises
        ]
        state[f"reminders {ref}"] = [
            (r.step, r.invoices, r.advanced, r.planned_for, r.sent_at is not None)
            for r in account.reminders
            if r.live
        ]
        state[f"contacts {ref}"] = account.customer.contacts
    state["inbox"] = sorted(
        (m.mailbox, m.message_id, m.filing.value, m.reason, m.customer or "") for m in found.inbox
    )
    for mail in found.outbox:
        if mail.state is OutboxState.CANCELLED:
            continue  # whether it was planned before the answer was read is chance; it never leaves
        state[f"mail {mail.customer} {mail.step} {mail.cycle}"] = (mail.recipient, mail.state.value)
    state["arrived"] = sorted(e.message_id for e in found.delivered())
    state["waiting for a person"] = sorted(
        (r.kind, r.customer or "", r.invoices, r.question) for r in found.reviews
    )
    return state
