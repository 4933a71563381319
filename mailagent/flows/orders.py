"""What staff order: hold, resume, pause, and the fate of single mails. Each is journaled with who said so."""

from __future__ import annotations

from datetime import datetime

from mailagent.core.hold import HoldReason
from mailagent.core.invoice import normalise_number
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.flows.account import account_changed, cancel
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup


async def hold(
    target: str, until: datetime | None, reason: str, records: Records, setup: Setup
) -> str:
    """Silence about an invoice or towards a customer; says what was done."""
    customer, invoice = await _target(target, records)
    await records.hold(customer, invoice, HoldReason.STAFF_ORDER, until, reason)
    await account_changed(customer, records, setup)
    what = f"invoice {invoice}" if invoice else f"customer {customer}"
    return f"Silence about {what}" + (f" until {until:%Y-%m-%d}." if until else " until resumed.")


async def resume(target: str, records: Records, setup: Setup) -> str:
    """Lift every active hold on an invoice, or on a customer and all his invoices."""
    customer, invoice = await _target(target, records)
    active = await records.tx.holds.active(customer, records.now)
    lifted = [h for h in active if invoice is None or h.invoice == invoice]
    for one in lifted:
        await records.lift(one)
    for review in await records.tx.reviews.list_open(customer):
        if invoice is None or invoice in review.invoices:
            await records.tx.reviews.close(review.id, records.cause.ref, records.now)
    await account_changed(customer, records, setup)
    left = [h for h in active if h not in lifted]
    told = f"{len(lifted)} {'hold' if len(lifted) == 1 else 'holds'} lifted."
    if invoice and left:
        told += f" The customer as a whole is still held: mailagent resume {customer}."
    return told


async def pause_sending(reason: str, records: Records, setup: Setup) -> str:
    """Stop all sending of a company."""
    await records.tx.switches.pause(reason, records.cause.ref, records.now)
    await records.note("sending.paused", setup.company.id, {"reason": reason})
    return f"{setup.company.id}: sending is paused. Mail is still read. To go on: mailagent resume."


async def resume_sending(records: Records, setup: Setup) -> str:
    """Go on after a pause or a brake; today's unusual run is thereby allowed."""
    paused = await records.tx.switches.state()
    if paused is None:
        return f"{setup.company.id}: sending was not paused."
    await records.tx.switches.resume()
    # The schedule may be one of a wrong time; a look is cheap.
    await records.tx.customers.look_at_all(records.now)
    for review in await records.tx.reviews.list_open():
        if review.kind in {"brake", "login", "restore"}:
            await records.tx.reviews.close(review.id, records.cause.ref, records.now)
    await records.note("sending.resumed", setup.company.id, {})
    return f"{setup.company.id}: sending goes on."


async def answer(review_id: int, records: Records) -> str:
    """A person has dealt with a matter; holds it brought stay until they are lifted."""
    review = next((r for r in await records.tx.reviews.list_open() if r.id == review_id), None)
    if review is None:
        raise LookupError(f"No matter {review_id} waits for a person; see `mailagent status`.")
    await records.tx.reviews.close(review_id, records.cause.ref, records.now)
    await records.note(
        "review.closed", review.customer or "", {"review": review_id, "kind": review.kind}
    )
    return f"Done: {review.question}"


async def release(outbox_id: int, records: Records) -> None:
    """Send a held mail as it is: a person has looked at it."""
    mail = await _mail(outbox_id, records, (OutboxState.HELD, OutboxState.UNKNOWN))
    await records.tx.outbox.approve(mail.id, records.now)
    await records.note("reminder.released", mail.customer, {"outbox_id": mail.id})
    await _close_about(mail, records)


async def discard(outbox_id: int, records: Records, setup: Setup) -> None:
    """Give a mail up. One in doubt counts as sent, because it may have arrived; others free their step."""
    waiting = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN)
    mail = await _mail(outbox_id, records, waiting)
    if mail.attempts and mail.state in {OutboxState.UNKNOWN, OutboxState.HELD}:
        await records.confirm_sent(mail, "a person decided not to send it again")
        await _close_about(mail, records)
        return
    await _close_about(mail, records)
    await cancel(mail, f"discarded by {records.cause.ref}", records)
    await account_changed(mail.customer, records, setup)


async def _close_about(mail: OutboxMail, records: Records) -> None:
    """The questions about this very mail are answered."""
    for review in await records.tx.reviews.list_open(mail.customer):
        if review.kind in {"doubt", "leak", "delivery"} and f"ail {mail.id} " in review.question:
            await records.tx.reviews.close(review.id, records.cause.ref, records.now)


async def _mail(outbox_id: int, records: Records, states: tuple[OutboxState, ...]) -> OutboxMail:
    mail = await records.tx.outbox.get(outbox_id)
    if mail is None:
        raise LookupError(f"There is no mail {outbox_id}; see `mailagent outbox`.")
    if mail.state not in states:
        raise ValueError(f"Mail {outbox_id} is {mail.state.value}; nothing can be done about it.")
    return mail


async def _target(target: str, records: Records) -> tuple[str, str | None]:
    """(customer, invoice) of an invoice number, or (customer, None) of a customer number."""
    found = await records.tx.invoices.by_normalised((normalise_number(target),))
    exact = [f for f in found if f[1] == target] or list(found)
    if len(exact) == 1:
        return exact[0][2], exact[0][1]
    if await records.tx.customers.get(target) is not None:
        return target, None
    if exact:
        raise LookupError(f"{target} could be {', '.join(f[1] for f in exact)}; write it in full.")
    raise LookupError(
        f"{target} is neither an invoice nor a customer number: check it against the imported list."
    )
