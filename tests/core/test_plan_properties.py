"""What must hold for every account, zone and day: simulated day by day over up to two years."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailagent.core.calendar import Calendar
from mailagent.core.company import Policy, SendingWindow
from mailagent.core.customer import Account, Promise, PromiseState, Reminder
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Invoice
from mailagent.core.plan import DueMail, DueTask, Silence, forecast, plan
from mailagent.core.sequence import Sequence
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_invoice,
    make_sequence,
    working_days_between,
)

ZONES = (("FR", "Europe/Paris"), ("GB", "Europe/London"), ("CA", "America/Montreal"))
DAY = timedelta(days=1)
NUMBERS = ("FA-1", "FA-2", "FA-3")


@dataclass(frozen=True)
class Case:
    """One customer's world."""

    account: Account
    sequence: Sequence
    calendar: Calendar
    policy: Policy

    def plan(self, now: datetime, account: Account | None = None) -> DueMail | DueTask | Silence:
        return plan(account or self.account, self.sequence, self.calendar, self.policy, now)


def calendar_in(zone: tuple[str, str]) -> Calendar:
    return Calendar(zone[0], "", SendingWindow(), zone[1])


@st.composite
def invoices(draw: st.DrawFn) -> tuple[Invoice, ...]:
    count = draw(st.integers(1, 3))
    return tuple(
        make_invoice(
            number,
            days_overdue=draw(st.integers(-60, 90)),
            paid=draw(st.sampled_from((0, 0, 60_000, 119_600, 120_000))),
        )
        for number in NUMBERS[:count]
    )


@st.composite
def holds(draw: st.DrawFn) -> tuple[Hold, ...]:
    return tuple(
        Hold(
            id=n,
            customer="C1",
            invoice=draw(st.sampled_from((None, *NUMBERS))),
            reason=draw(st.sampled_from(list(HoldReason))),
            since=NOON - timedelta(days=draw(st.integers(0, 9))),
            until=draw(
                st.none() | st.integers(1, 24 * 60).map(lambda hours: NOON + timedelta(hours=hours))
            ),
            evidence="",
        )
        for n in range(draw(st.integers(0, 3)))
    )


@st.composite
def promises(draw: st.DrawFn) -> tuple[Promise, ...]:
    return tuple(
        Promise(
            id=n,
            invoice=draw(st.sampled_from(NUMBERS)),
            pay_by=TODAY - DAY,
            amount=None,
            made_at=NOON - timedelta(days=draw(st.integers(1, 30))),
            state=draw(st.sampled_from(list(PromiseState))),
        )
        for n in range(draw(st.integers(0, 3)))
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    return Case(
        make_account(*draw(invoices()), holds=draw(holds()), promises=draw(promises())),
        make_sequence(
            min_gap=draw(st.integers(0, 12)),
            entry=draw(st.sampled_from(("", "d-3", "d+3", "d+10", "d+40"))),
        ),
        calendar_in(draw(st.sampled_from(ZONES))),
        Policy(customer_limit=draw(st.integers(1, 6))),
    )


def run(case: Case, days: int) -> list[tuple[date, DueMail | DueTask]]:
    """Every day near closing time, as the daemon would: carry out whatever is due until nothing is."""
    account, done = case.account, list[tuple[date, DueMail | DueTask]]()
    for day in (TODAY + n * DAY for n in range(days)):
        moment = max(NOON, case.calendar.last_minute(day))
        while not isinstance(due := case.plan(moment, account), Silence):
            done.append((day, due))
            reminder = Reminder(
                due.step.id,
                due.cycle,
                due.invoices,
                due.advanced,
                planned_for=day,
                live=True,
                channel=due.step.channel,
                sent_at=moment,
            )
            account = replace(account, reminders=(*account.reminders, reminder))
    return done


def check(case: Case, done: list[tuple[date, DueMail | DueTask]]) -> None:
    """The promises that no account and no calendar may break."""
    calendar, sequence, account = case.calendar, case.sequence, case.account
    mails = [day for day, due in done if isinstance(due, DueMail)]
    for earlier, later in pairwise(mails):
        assert later > earlier, "never two mails on one day"
        assert working_days_between(calendar, earlier, later) >= sequence.min_gap
    keys = Counter((due.step.id, due.cycle) for _, due in done)
    assert max(keys.values(), default=1) == 1, "one reminder, once"

    reached: dict[str, int] = {}
    for day, due in done:
        assert calendar.is_working_day(day)
        moment = max(NOON, calendar.last_minute(day))
        for number, step_id in due.advanced:
            invoice = account.invoice(number)
            assert invoice
            assert not invoice.is_settled(sequence.tolerance)
            active = [h for h in account.holds if h.is_active(moment) and h.covers(number)]
            assert not active, "never while a hold is active"
            position = sequence.position(step_id)
            assert position > reached.get(number, -1), "no step twice, and none backwards"
            reached[number] = position
            assert day <= invoice.due_on or sequence.steps[position].offset >= 0
        assert due.step.id in {step for _, step in due.advanced}
        assert due.invoices == tuple(number for number, _ in due.advanced)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_no_account_breaks_a_promise_and_the_forecast_comes_true(case: Case) -> None:
    done = run(case, days=120)
    check(case, done)
    foretold = forecast(case.account, case.sequence, case.calendar, case.policy, NOON, days=120)
    assert [(f.day, f.due) for f in foretold] == done


@settings(max_examples=60)
@given(cases(), st.integers(0, 24 * 90), st.randoms(use_true_random=False))
def test_the_plan_depends_on_the_facts_alone(case: Case, hours: int, order: Random) -> None:
    now = NOON + timedelta(hours=hours)
    known = case.account
    shuffled = replace(
        known,
        invoices=tuple(order.sample(known.invoices, len(known.invoices))),
        holds=tuple(order.sample(known.holds, len(known.holds))),
        promises=tuple(order.sample(known.promises, len(known.promises))),
    )
    assert case.plan(now) == case.plan(now) == case.plan(now, shuffled)


@settings(max_examples=60)
@given(cases(), st.integers(0, 24 * 60))
def test_silence_says_when_to_look_again_and_never_too_late(case: Case, hours: int) -> None:
    now = NOON + timedelta(hours=hours)
    silence = case.plan(now)
    if not isinstance(silence, Silence):
        return
    today = case.calendar.local_date(now)
    for day in (today + n * DAY for n in range(1, 40)):
        if silence.until and day >= silence.until:
            break
        assert isinstance(case.plan(case.calendar.last_minute(day)), Silence)
    open_numbers = [i.number for i in case.account.open_invoices(case.sequence.tolerance)]
    assert [why.invoice for why in silence.per_invoice] == open_numbers


@pytest.mark.parametrize("zone", ZONES)
def test_two_years_of_month_ends_and_clock_changes(zone: tuple[str, str]) -> None:
    """One invoice due on each month end: every step comes once, on its day or held up by the gap."""
    month_ends = [date(2026 + m // 12, m % 12 + 1, 1) - DAY for m in range(3, 25)]
    calendar = calendar_in(zone)
    sequence = make_sequence(min_gap=1)
    for due_on in month_ends:
        account = make_account(make_invoice(due_on=due_on))
        case = Case(account, sequence, calendar, Policy())
        days = (due_on - TODAY).days + 75
        done = [(day, due) for day, due in run(case, days) if day > TODAY]
        check(case, done)
        expected = [
            (calendar.next_working_day(due_on + timedelta(days=step.offset)), step.id)
            for step in sequence.steps
        ]
        assert [(day, due.step.id) for day, due in done] == [
            (day, step) for day, step in expected if day > TODAY
        ]
