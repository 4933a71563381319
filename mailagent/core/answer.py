"""What follows from a mail that somebody at a customer wrote (promises P2 and P6).

Every such mail stops the customer's sequence. Only one that is understood, from somebody we know or in a
thread of ours, stops it for a limited time; any other waits for a person. Several readings add up: the
sequence goes on when the last hold has ended, so the most protective one wins.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from mailagent.core.customer import PromiseState
from mailagent.core.decisions import AskStaff, Decision, PlaceHold, RecordPromise
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import normalise_number
from mailagent.core.mail import Flag, FoundIntent, Intent, Verdict
from mailagent.core.received import Received, confirmations, filed

_HEARD = 0.3  # a second meaning less likely than this is noise
_OFTEN = 2  # earlier days of absence after which a person should know ...
_OFTEN_DAYS = timedelta(days=60)  # ... when they lie in so many days
_CONDITIONS = frozenset({Intent.DISPUTE, Intent.PAYMENT_PLAN_REQUEST, Intent.INSOLVENCY})

_ASKED = {
    Intent.WRONG_CONTACT: "says that this is not the right person. Whom should we write to?",
    Intent.INVOICE_COPY_REQUEST: "asks for the invoice. Who sends it?",
    Intent.QUESTION: "asks a question. What is the answer?",
    Intent.OBJECTION: "objects to our writing. How do we go on?",
}


def answer(it: Received) -> tuple[Decision, ...]:
    """Holds, promises and questions; the mail is filed last."""
    made = [*confirmations(it), *_bank_change(it)]
    if not it.customers:
        question = (
            f"{it.mail.sender or 'Somebody'} wrote, and it fits no customer. Whose mail is it?"
        )
        made.append(AskStaff(None, (), question, it.words()))
    elif it.match.rivals:
        made += _could_be_several(it)
    elif doubt := _doubt(it):
        made += _for_a_person(it, doubt)
    else:
        made += _understood(it)
    said = ", ".join(found.intent for found in it.reading.intents)
    return filed(made, f"{it.name}: {said}")


def absence(it: Received) -> list[Decision]:
    """Nobody reads our mail until the return; a return date may be far, our silence is not."""
    back = _date(it.reading.fields.return_date)
    until = it.after(it.policy.out_of_office_days)
    if back and back > it.today:
        until = it.calendar.start_of(it.calendar.next_working_day(min(back, it.last_day)))
    made: list[Decision] = [
        PlaceHold(customer, (), HoldReason.OUT_OF_OFFICE, until, it.words())
        for customer in it.customers
    ]
    if _often_away(it):
        question = f"{it.name} is away again and again. Who reads our mails?"
        made.append(AskStaff(it.match.customer, (), question, it.words()))
    return made


def _often_away(it: Received) -> bool:
    """Each absence is a pause: a responder that never ends, or a forged one, must not go unseen."""
    days = {
        it.calendar.local_date(hold.since)
        for hold in (it.account.holds if it.account else ())
        if hold.reason is HoldReason.OUT_OF_OFFICE and it.now - hold.since < _OFTEN_DAYS
    }
    return len(days - {it.today}) >= _OFTEN


def _bank_change(it: Received) -> list[Decision]:
    if Flag.BANK_CHANGE not in it.reading.flags:
        return []
    question = (
        f"{it.mail.sender or 'Somebody'} announces other bank details. Nothing was changed. "
        "Please check by phone, on a number you know."
    )
    return [AskStaff(it.match.customer, (), question, it.words(), urgent=True)]


def _could_be_several(it: Received) -> list[Decision]:
    evidence = "; ".join(it.match.evidence)
    question = f"This mail could be from {' or '.join(it.customers)}. Whose is it?"
    asked = AskStaff(it.match.customer, it.match.invoices, question, evidence)
    return [*_stop(it, HoldReason.NOT_UNDERSTOOD), asked]


def _doubt(it: Received) -> str:
    """Why a person must read it; empty when its meaning may be applied."""
    if it.account is None:
        return "the account is not known"
    if Flag.LOW_TRUST in it.reading.flags:
        return "nothing proves that the sender is who he says"
    if not (it.match.known_sender or (it.match.level and it.match.level.is_strong)):
        # A burst of automatic mail under many names is one question.
        who = "a program" if it.mail.auto_reply else it.mail.sender or "the sender"
        return f"{who} is not a known contact"
    if not it.reading.intents or it.reading.decision is not Verdict.APPLY:
        return "what it means is not certain"
    return ""


def _for_a_person(it: Received, doubt: str) -> list[Decision]:
    seen = {found.intent for found in it.reading.intents}
    reason = HoldReason.NOT_UNDERSTOOD
    if Intent.INSOLVENCY in seen:
        reason = HoldReason.INSOLVENCY
    elif Intent.PAYMENT_PLAN_REQUEST in seen:
        reason = HoldReason.PAYMENT_PLAN
    guess = f" It seems to say: {', '.join(i.intent for i in it.reading.intents)}." if seen else ""
    question = f"{it.name} wrote, but {doubt}.{guess} How do we go on?"
    urgent = reason is HoldReason.INSOLVENCY
    asked = AskStaff(it.match.customer, it.match.invoices, question, it.words(), urgent)
    return [*_stop(it, reason), asked]


def _understood(it: Received) -> list[Decision]:
    pause = it.after(it.policy.reply_pause_days)
    made: list[Decision] = [
        PlaceHold(customer, (), HoldReason.REPLY, pause, it.words()) for customer in it.customers
    ]
    if not it.is_his_address:  # our mail was passed on: the thread is proven, the person is not
        question = f"{it.mail.sender or 'Somebody'} answered for {it.name}, from an address we do not know. Is it theirs?"
        made.append(AskStaff(it.match.customer, it.match.invoices, question, it.words()))
    first, *others = it.reading.intents
    for found in (first, *(o for o in others if o.confidence >= _HEARD)):
        made += _follow(found, it)
    return made


def _follow(found: FoundIntent, it: Received) -> list[Decision]:
    invoices = _invoices(found, it)
    about = f" ({', '.join(invoices)})" if invoices else ""
    made: list[Decision]
    match found.intent:
        case Intent.PROMISE_TO_PAY:
            made = _promise(found, invoices, it)
        case Intent.PAID | Intent.REMITTANCE_ADVICE:
            made = _payment_claim(found, invoices, it)
        case Intent.OUT_OF_OFFICE:
            made = absence(it)
        case Intent.AUTO_ACK:
            made = []
        case Intent.DISPUTE:
            made = _hold(found, invoices, HoldReason.DISPUTE, None, it)
            made.append(_ask(found, f"contests what we claim{about}. Who is right?", it))
        case Intent.PAYMENT_PLAN_REQUEST:
            made = _stop(it, HoldReason.PAYMENT_PLAN, found.quote)
            made.append(
                _ask(found, f"asks to pay in instalments or later{about}. Do we agree?", it)
            )
        case Intent.INSOLVENCY:
            made = _stop(it, HoldReason.INSOLVENCY, found.quote)
            question = "is insolvent. Please declare the claim in time."
            made.append(_ask(found, question, it, urgent=True))
        case _:
            made = _stop(it, HoldReason.NOT_UNDERSTOOD, found.quote)
            question = _ASKED.get(found.intent, "wrote. What does it mean?")
            made.append(_ask(found, question, it))
    return made


def _promise(found: FoundIntent, invoices: tuple[str, ...], it: Received) -> list[Decision]:
    said = _date(it.reading.fields.promised_date)
    named = said if said and said >= it.today else None
    pay_by = named or it.calendar.add_working_days(it.today, it.policy.promise_default_days)
    # One working day more, so that the bank can book before the promise counts as broken.
    until = it.calendar.end_of(it.calendar.add_working_days(min(pay_by, it.last_day), 1))
    made = _hold(found, invoices, HoldReason.PROMISE, until, it)
    # "We will pay" without a day is believed for a while, but is no date to hold against anybody.
    if named and invoices and not _on_condition(invoices, it):
        amount = it.reading.fields.amount if len(invoices) == 1 else None
        made.append(RecordPromise(_ref(it), invoices, named, amount, it.words(found.quote)))
    if pay_by > it.last_day:
        made.append(_ask(found, f"promises to pay only by {pay_by}. Do we accept?", it))
    if again := _promised_before(invoices, pay_by, it):
        made.append(_ask(found, f"promises again after {again}. Do we wait?", it))
    return made


def _promised_before(invoices: tuple[str, ...], pay_by: date, it: Received) -> str:
    """The word he did not keep; one put off each time before its day would never be broken."""
    words = [p for p in it.account.promises if p.invoice in invoices] if it.account else []
    if any(p.state is PromiseState.BROKEN for p in words):
        return "a broken promise"
    if any(p.pay_by < pay_by and it.calendar.local_date(p.made_at) < it.today for p in words):
        return "an earlier promise, now put off"
    return ""


def _payment_claim(found: FoundIntent, invoices: tuple[str, ...], it: Received) -> list[Decision]:
    """P6: a claim opens a window to look for the money, and closes nothing."""
    paid_on = _date(it.reading.fields.paid_date) or it.today
    start = min(max(paid_on, it.today), it.last_day)  # "the transfer is set for the 20th"
    until = it.calendar.end_of(it.calendar.add_working_days(start, it.policy.claim_days))
    made = _hold(found, invoices, HoldReason.PAYMENT_CLAIM, until, it)
    if it.account and any(
        h.reason is HoldReason.PAYMENT_CLAIM and any(h.covers(number) for number in invoices)
        for h in it.account.holds
    ):
        question = "says again that it is paid, and it is still open. Has the money come?"
        made.append(_ask(found, question, it))
    return made


def _invoices(found: FoundIntent, it: Received) -> tuple[str, ...]:
    """The open invoices it is about: those it names, else those of our mail, else all."""
    open_numbers = [i.number for i in it.account.open_invoices()] if it.account else []
    named = {normalise_number(number) for number in found.invoices}
    for wanted in (named, {normalise_number(number) for number in it.match.invoices}):
        about = tuple(n for n in open_numbers if normalise_number(n) in wanted)
        if about:
            return about
    return tuple(open_numbers)


def _on_condition(invoices: tuple[str, ...], it: Received) -> bool:
    """True when the same mail contests these invoices or cannot pay them: then it is no promise."""
    return any(
        other.intent in _CONDITIONS
        and other.confidence >= _HEARD
        and not {*_invoices(other, it)}.isdisjoint(invoices)
        for other in it.reading.intents
    )


def _stop(it: Received, reason: HoldReason, quote: str = "") -> list[Decision]:
    """Everything stops until a person has decided."""
    return [PlaceHold(ref, (), reason, None, it.words(quote)) for ref in it.customers]


def _hold(
    found: FoundIntent,
    invoices: tuple[str, ...],
    reason: HoldReason,
    until: datetime | None,
    it: Received,
) -> list[Decision]:
    # Without an open invoice there is nothing to hold; an empty list would mean the whole customer.
    words = it.words(found.quote)
    return [PlaceHold(_ref(it), invoices, reason, until, words)] if invoices else []


def _ask(found: FoundIntent, what: str, it: Received, *, urgent: bool = False) -> AskStaff:
    invoices = _invoices(found, it)
    return AskStaff(_ref(it), invoices, f"{it.name} {what}", it.words(found.quote), urgent)


def _ref(it: Received) -> str:
    assert it.match.customer is not None, "an understood mail has a customer"
    return it.match.customer


def _date(iso: str | None) -> date | None:
    try:
        return date.fromisoformat(iso) if iso else None
    except ValueError:  # a day that no calendar has is a day that was not said
        return None
