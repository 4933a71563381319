"""From a due mail to its exact bytes: context, template, composition, leak guard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mailagent.core.customer import Account, Contact, Reminder
from mailagent.core.invoice import Invoice
from mailagent.core.plan import DueMail
from mailagent.flows.leaks import Suspect, find_leaks
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.message.compose import Enclosure, Letterhead, compose
from mailagent.message.mail_context import InvoiceLine, MailContext
from mailagent.store.tables import ContentKind


@dataclass(frozen=True, slots=True)
class Draft:
    """A composed mail that nobody has seen yet."""

    due: DueMail
    outbox_id: int
    raw: bytes
    message_id: str
    balances: tuple[tuple[str, int, str], ...]  # (invoice, minor units, currency) as written
    words: Suspect


@dataclass(frozen=True, slots=True)
class Letter:
    """A composed mail whose bytes are in the content store."""

    due: DueMail
    account: Account
    outbox_id: int
    recipient: str
    digest: str
    message_id: str
    subject: str
    balances: tuple[tuple[str, int, str], ...]
    leaks: tuple[str, ...]  # what the leak guard found; empty for a clean mail


async def draft(
    due: DueMail, account: Account, outbox_id: int, setup: Setup, records: Records
) -> Draft:
    """Render and compose the mail.

    Raises:
        TemplateError, ValueError: it cannot be written.
    """
    contact = account.customer.recipient()
    assert contact is not None, "plan is silent without a contact"
    invoices = tuple(i for n in due.invoices if (i := account.invoice(n)) is not None)
    enclosures = await _enclosures(due, invoices, records)
    context = _context(due, account, contact, invoices, frozenset(enclosures), setup, records)
    rendered = setup.templates.render(context.language, due.step.template, context)
    letterhead = _letterhead(due, account, contact, outbox_id, setup, records)
    enclosed = tuple(enclosures.values())
    return Draft(
        due=due,
        outbox_id=outbox_id,
        raw=compose(rendered, letterhead, enclosed),
        message_id=letterhead.message_id,
        balances=tuple((i.number, i.balance_due.amount, i.total.currency) for i in invoices),
        words=Suspect(rendered, context, account, contact.address, enclosed),
    )


async def keep(drafts: Sequence[Draft], records: Records) -> list[Letter]:
    """Let the leak guard look at them, and store their bytes."""
    leaks = await find_leaks([each.words for each in drafts], records)
    digests = await records.tx.contents.put_all([d.raw for d in drafts], ContentKind.RAW_OUT)
    return [
        Letter(
            due=each.due,
            account=each.words.account,
            outbox_id=each.outbox_id,
            recipient=each.words.recipient,
            digest=digest,
            message_id=each.message_id,
            subject=each.words.rendered.subject,
            balances=each.balances,
            leaks=found,
        )
        for each, digest, found in zip(drafts, digests, leaks, strict=True)
    ]


def _context(
    due: DueMail,
    account: Account,
    contact: Contact,
    invoices: tuple[Invoice, ...],
    attached: frozenset[str],
    setup: Setup,
    records: Records,
) -> MailContext:
    today = setup.calendar.local_date(records.now)
    days = due.step.deadline_days
    before = _thread(due, account)
    return MailContext(
        company=setup.company,
        customer=account.customer.name,
        customer_ref=account.customer.ref,
        contact=contact.name,
        language=_language(due.step.template, account, contact, setup),
        step=due.step,
        invoices=tuple(InvoiceLine.of(i, attached=i.number in attached) for i in invoices),
        today=today,
        deadline=today + timedelta(days=days) if days else None,
        broken_promise=_broken_promise(due, account),
        previous_reminder=before[-1].planned_for if before else None,
    )


def _language(template: str, account: Account, contact: Contact, setup: Setup) -> str:
    """The contact's language, else the customer's, else ours; only one we have templates in."""
    known = setup.templates.languages(template)
    wished = (contact.language, account.customer.language, setup.company.language)
    return next((language for language in wished if language in known), setup.company.language)


def _broken_promise(due: DueMail, account: Account) -> date | None:
    days = [p.pay_by for p in account.promises if p.invoice in due.promise_broken]
    return max(days, default=None)


def _thread(due: DueMail, account: Account) -> tuple[Reminder, ...]:
    """Earlier mails about any of these invoices, oldest first."""
    return tuple(
        r
        for r in account.reminders
        if r.live
        and r.sent_at
        and r.channel == "email"
        and not {*r.invoices}.isdisjoint(due.invoices)
    )


def _letterhead(
    due: DueMail, account: Account, contact: Contact, outbox_id: int, setup: Setup, records: Records
) -> Letterhead:
    company = setup.company
    domain = company.address.rpartition("@")[2]

    def message_id(step: str, cycle: int) -> str:
        return setup.tokens.message_id(company.id, due.customer, step, cycle, domain)

    thread = tuple(message_id(r.step, r.cycle) for r in _thread(due, account))
    reply_to = setup.tokens.reply_address(company.address, outbox_id)
    return Letterhead(
        sender=company.address,
        sender_name=company.sender_name,
        recipient=contact.address,
        recipient_name=contact.name,
        date=setup.calendar.local(records.now),
        message_id=message_id(due.step.id, due.cycle),
        reply_to=reply_to if company.plus_addressing else "",
        in_reply_to=thread[-1] if thread else "",
        references=thread,
    )


async def _enclosures(
    due: DueMail, invoices: tuple[Invoice, ...], records: Records
) -> dict[str, Enclosure]:
    """The PDFs of the invoices, by invoice number, when the step attaches them."""
    found: dict[str, Enclosure] = {}
    for invoice in invoices if due.step.attach_invoices else ():
        content = await records.tx.contents.get(invoice.document) if invoice.document else None
        if content is not None:
            found[invoice.number] = Enclosure(f"{invoice.number}.pdf", content)
    return found
