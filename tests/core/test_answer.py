"""What follows from a mail that somebody at a customer wrote."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mailagent.core.customer import PromiseState
from mailagent.core.decisions import AskStaff, ConfirmSent, Filing, PlaceHold, RecordPromise
from mailagent.core.hold import HoldReason
from mailagent.core.mail import Fields, Flag, Intent, Reading, Verdict
from mailagent.core.match import Level, Match
from tests.core.deciding import (
    ONE,
    REPLY,
    STOPPED,
    TWO,
    UNKNOWN,
    decided,
    end_of,
    filing,
    holds,
    make_match,
    of,
    two_invoices,
)
from tests.core.make import (
    NOON,
    make_account,
    make_hold,
    make_intent,
    make_invoice,
    make_promise,
    make_reading,
)


@pytest.mark.parametrize(
    ("fields", "until", "pay_by"),
    [
        # Fri 20 March, and Mon 23 for the bank
        ({"promised_date": "2026-03-20"}, end_of(23), date(2026, 3, 20)),
        ({"promised_date": "2026-03-10"}, end_of(11), date(2026, 3, 10)),  # today
        # no date: seven working days give Thu 19, and Fri 20 for the bank
        ({}, end_of(20), None),
        ({"promised_date": "2026-03-01"}, end_of(20), None),  # gone by: as good as none
        ({"promised_date": "2026-02-30"}, end_of(20), None),  # no such day
        (
            {"promised_date": "2026-04-24"},
            datetime(2026, 4, 27, 22, 0, tzinfo=UTC),
            date(2026, 4, 24),
        ),
        # 45 calendar days end on Fri 24 April; Mon 27 for the bank, in summer time
        (
            {"promised_date": "2026-12-31"},
            datetime(2026, 4, 27, 22, 0, tzinfo=UTC),
            date(2026, 12, 31),
        ),
        (
            {"promised_date": "9999-12-31"},
            datetime(2026, 4, 27, 22, 0, tzinfo=UTC),
            date(9999, 12, 31),
        ),
    ],
)
def test_a_promise_is_believed_until_the_bank_could_book(
    fields: dict[str, str], until: datetime, pay_by: date | None
) -> None:
    made = decided(make_reading(Intent.PROMISE_TO_PAY, fields=Fields(**fields)))  # type: ignore[arg-type] # str only
    assert holds(made) == {REPLY, ("C1", (ONE,), HoldReason.PROMISE, until)}
    recorded = [(p.invoices, p.pay_by) for p in of(RecordPromise, made)]
    assert recorded == ([((ONE,), pay_by)] if pay_by else [])
    late = pay_by is not None and pay_by > date(2026, 4, 24)
    assert filing(made) is (Filing.WAITING if late else Filing.APPLIED)


def test_an_amount_is_noted_with_the_promise_of_one_invoice_only() -> None:
    fields = Fields(promised_date="2026-03-20", amount=50_000)
    one = decided(make_reading(Intent.PROMISE_TO_PAY, fields=fields))
    assert of(RecordPromise, one)[0].amount == 50_000
    both = decided(make_reading(make_intent(Intent.PROMISE_TO_PAY, ONE, TWO), fields=fields))
    assert of(RecordPromise, both)[0].amount is None


def test_a_promise_after_a_broken_one_goes_to_a_person_too() -> None:
    account = two_invoices(promises=(make_promise(state=PromiseState.BROKEN),))
    fields = Fields(promised_date="2026-03-20")
    made = decided(make_reading(Intent.PROMISE_TO_PAY, fields=fields), account=account)
    assert of(RecordPromise, made)
    assert filing(made) is Filing.WAITING
    other = make_intent(Intent.PROMISE_TO_PAY, TWO)
    about_another = decided(make_reading(other, fields=fields), account=account)
    assert filing(about_another) is Filing.APPLIED


@pytest.mark.parametrize(
    ("made_at", "pay_by", "expected"),
    [
        (NOON - timedelta(days=1), date(2026, 3, 18), Filing.WAITING),  # put off
        (NOON, date(2026, 3, 18), Filing.APPLIED),  # he corrects himself on the same day
        (NOON - timedelta(days=1), date(2026, 3, 20), Filing.APPLIED),  # says the same again
        (NOON - timedelta(days=1), date(2026, 3, 25), Filing.APPLIED),  # pays earlier
    ],
)
def test_a_promise_put_off_before_its_day_goes_to_a_person_too(
    made_at: datetime, pay_by: date, expected: Filing
) -> None:
    account = two_invoices(promises=(make_promise(pay_by=pay_by, made_at=made_at),))
    fields = Fields(promised_date="2026-03-20")
    made = decided(make_reading(Intent.PROMISE_TO_PAY, fields=fields), account=account)
    assert of(RecordPromise, made)
    assert filing(made) is expected


@pytest.mark.parametrize(
    ("condition", "recorded"),
    [
        (make_intent(Intent.DISPUTE), False),
        (make_intent(Intent.PAYMENT_PLAN_REQUEST), False),
        (make_intent(Intent.DISPUTE, TWO), True),  # contests the other invoice
        (make_intent(Intent.DISPUTE, confidence=0.1), True),  # noise
    ],
)
def test_a_promise_on_a_condition_is_no_promise(condition: Any, recorded: bool) -> None:
    fields = Fields(promised_date="2026-03-20")
    promise = make_intent(Intent.PROMISE_TO_PAY, ONE)
    made = decided(make_reading(promise, condition, fields=fields))
    assert bool(of(RecordPromise, made)) is recorded


@pytest.mark.parametrize("intent", [Intent.PAID, Intent.REMITTANCE_ADVICE])
@pytest.mark.parametrize(
    ("paid_date", "until"),
    [
        (None, end_of(17)),  # five working days: Wed Thu Fri Mon Tue
        ("2026-03-05", end_of(17)),
        ("2026-03-16", end_of(23)),  # a transfer set for Monday: Tue to Mon
    ],
)
def test_a_claim_opens_a_window_and_closes_nothing(
    intent: Intent, paid_date: str | None, until: datetime
) -> None:
    made = decided(make_reading(intent, fields=Fields(paid_date=paid_date)))
    assert holds(made) == {REPLY, ("C1", (ONE,), HoldReason.PAYMENT_CLAIM, until)}
    assert filing(made) is Filing.APPLIED


def test_a_second_claim_holds_again_and_goes_to_a_person() -> None:
    earlier = make_hold(
        HoldReason.PAYMENT_CLAIM,
        invoice=ONE,
        since=NOON - timedelta(days=20),
        until=NOON - timedelta(days=13),
    )
    made = decided(make_reading(Intent.PAID), account=two_invoices(holds=(earlier,)))
    assert ("C1", (ONE,), HoldReason.PAYMENT_CLAIM, end_of(17)) in holds(made)
    assert filing(made) is Filing.WAITING
    other = decided(
        make_reading(make_intent(Intent.PAID, TWO)), account=two_invoices(holds=(earlier,))
    )
    assert filing(other) is Filing.APPLIED


@pytest.mark.parametrize(
    ("intent", "hold", "urgent"),
    [
        (Intent.DISPUTE, ("C1", (ONE,), HoldReason.DISPUTE, None), False),
        (Intent.PAYMENT_PLAN_REQUEST, ("C1", (), HoldReason.PAYMENT_PLAN, None), False),
        (Intent.INSOLVENCY, ("C1", (), HoldReason.INSOLVENCY, None), True),
        (Intent.WRONG_CONTACT, STOPPED, False),
        (Intent.INVOICE_COPY_REQUEST, STOPPED, False),
        (Intent.QUESTION, STOPPED, False),
        (Intent.OBJECTION, STOPPED, False),
        (Intent.OTHER, STOPPED, False),
        (Intent.BOUNCE, STOPPED, False),
    ],
)
def test_what_only_a_person_can_settle_stops_without_an_end(
    intent: Intent, hold: tuple[Any, ...], urgent: bool
) -> None:
    made = decided(make_reading(intent))
    assert holds(made) == {REPLY, hold}
    assert [a.urgent for a in of(AskStaff, made)] == [urgent]
    assert filing(made) is Filing.WAITING


def test_several_meanings_give_several_holds_each_on_its_invoices() -> None:
    reading = make_reading(
        make_intent(Intent.PAID, ONE),
        make_intent(Intent.DISPUTE, "fa 2026/0043"),
    )
    assert holds(decided(reading)) == {
        REPLY,
        ("C1", (ONE,), HoldReason.PAYMENT_CLAIM, end_of(17)),
        ("C1", (TWO,), HoldReason.DISPUTE, None),
    }


@pytest.mark.parametrize(
    ("named", "matched", "expected"),
    [
        ((TWO,), (ONE,), (TWO,)),
        ((), (ONE,), (ONE,)),
        ((), (), (ONE, TWO)),
        (("12345",), (ONE,), (ONE,)),  # his own order number, not ours
        ((), ("FA-2020-0001",), (ONE, TWO)),  # our mail was about one that is settled
    ],
)
def test_an_answer_is_about_what_it_names_else_our_mail_else_everything_open(
    named: tuple[str, ...], matched: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    reading = make_reading(make_intent(Intent.PAID, *named))
    made = decided(reading, match=make_match(invoices=matched))
    claims = [h for h in of(PlaceHold, made) if h.reason is HoldReason.PAYMENT_CLAIM]
    assert [h.invoices for h in claims] == [expected]


@pytest.mark.parametrize("intent", [Intent.PAID, Intent.PROMISE_TO_PAY, Intent.DISPUTE])
def test_without_an_open_invoice_only_the_pause_remains(intent: Intent) -> None:
    made = decided(make_reading(intent), account=make_account(make_invoice(ONE, paid=120_000)))
    assert holds(made) == {REPLY}


def test_a_person_who_only_says_thank_you_gets_the_pause_alone() -> None:
    made = decided(make_reading(Intent.AUTO_ACK))
    assert (holds(made), filing(made)) == ({REPLY}, Filing.APPLIED)


def test_the_pause_counts_from_today_even_when_the_mail_is_old() -> None:
    made = decided(make_reading(Intent.AUTO_ACK), received_at=NOON - timedelta(days=20))
    assert holds(made) == {REPLY}


def test_an_answer_proves_that_our_mail_arrived() -> None:
    assert [c.outbox_id for c in of(ConfirmSent, decided(make_reading(Intent.PAID)))] == [7]


@pytest.mark.parametrize(
    ("reading", "match"),
    [
        (make_reading(), make_match()),  # nothing understood
        (make_reading(Intent.PAID, decision=Verdict.PROPOSE), make_match()),
        (make_reading(Intent.PAID, decision=Verdict.ASK), make_match()),
        (make_reading(Intent.PAID, flags=(Flag.LOW_TRUST,)), make_match()),
        (make_reading(Intent.PAID), make_match(level=Level.NUMBER, known_sender=False)),
        (make_reading(Intent.PAID), make_match(level=Level.SUBJECT, known_sender=False)),
        (make_reading(Intent.PAID), make_match(level=Level.SENDER, known_sender=False)),
    ],
)
def test_what_cannot_be_relied_on_stops_until_a_person_has_read_it(
    reading: Reading, match: Match
) -> None:
    made = decided(reading, match=match)
    assert holds(made) == {STOPPED}
    assert len(of(AskStaff, made)) == 1
    assert filing(made) is Filing.WAITING


@pytest.mark.parametrize(
    "match",
    [
        make_match(level=Level.TOKEN, known_sender=False),  # the thread is proven
        make_match(level=Level.REFERENCE, known_sender=False),
        make_match(level=Level.NUMBER),  # the sender is known
        make_match(level=Level.SENDER),
    ],
)
def test_a_proven_thread_or_a_known_sender_is_relied_on(match: Match) -> None:
    made = decided(make_reading(Intent.PAID), match=match)
    assert filing(made) is Filing.APPLIED
    assert REPLY in holds(made)


@pytest.mark.parametrize(
    ("intent", "reason"),
    [
        (Intent.INSOLVENCY, HoldReason.INSOLVENCY),
        (Intent.PAYMENT_PLAN_REQUEST, HoldReason.PAYMENT_PLAN),
        (Intent.DISPUTE, HoldReason.NOT_UNDERSTOOD),
    ],
)
def test_an_uncertain_reading_still_gives_the_hold_its_reason(
    intent: Intent, reason: HoldReason
) -> None:
    made = decided(make_reading(intent, decision=Verdict.PROPOSE))
    assert holds(made) == {("C1", (), reason, None)}


def test_every_rival_is_held_until_a_person_says_whose_mail_it_is() -> None:
    made = decided(make_reading(Intent.PAID), match=make_match(rivals=("C2", "C3")))
    assert holds(made) == {(ref, (), HoldReason.NOT_UNDERSTOOD, None) for ref in ("C1", "C2", "C3")}
    assert filing(made) is Filing.WAITING


def test_a_stranger_holds_nothing_but_is_shown_to_a_person() -> None:
    made = decided(make_reading(Intent.PAID), match=UNKNOWN)
    assert holds(made) == set()
    assert filing(made) is Filing.WAITING


def test_other_bank_details_alert_a_person_and_change_nothing() -> None:
    reading = make_reading(Intent.OTHER, flags=(Flag.BANK_CHANGE,), decision=Verdict.ASK)
    made = decided(reading)
    assert [a.urgent for a in of(AskStaff, made)] == [True, False]
    assert holds(made) == {STOPPED}
    by_stranger = decided(reading, match=UNKNOWN)
    assert [a.urgent for a in of(AskStaff, by_stranger)] == [True, False]
