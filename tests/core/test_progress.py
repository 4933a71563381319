"""Which step an invoice takes next, by its reminders, its promises and the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mailagent.core.customer import Account, Promise, PromiseState, Reminder
from mailagent.core.progress import Move, next_move
from mailagent.core.sequence import Sequence
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_calendar,
    make_invoice,
    make_promise,
    make_reminder,
    make_sequence,
    make_step,
)


def move(account: Account, sequence: Sequence | None = None, day: date = TODAY) -> Move | None:
    """The next move of the only invoice."""
    return next_move(
        account.invoices[0],
        account,
        sequence or make_sequence(),
        day,
        make_calendar().next_working_day,
    )


def step_and_day(found: Move | None) -> tuple[str, date] | None:
    return (found.step.id, found.on) if found else None


def day(offset: int) -> date:
    """So many days after TODAY, Tuesday 10 March 2026."""
    return TODAY + timedelta(days=offset)


@pytest.mark.parametrize(
    ("days_overdue", "expected"),
    [
        (-9, ("d-3", day(6))),  # due on Thu 19, minus 3 = Mon 16
        (-7, ("d-3", day(6))),  # due on Tue 17, minus 3 = Sat 14, so Mon 16
        (-3, ("d-3", day(0))),
        (0, ("d-3", day(-1))),  # Sat 7, so Mon 9; missed, but the due day is not over
        (1, ("d+3", day(2))),  # "falls due soon" is over; Mon 9 + 3 = Thu 12
        (3, ("d+3", day(0))),
        (9, ("d+3", day(-6))),  # due on Sun 1 March, plus 3 = Wed 4
        (10, ("d+10", day(0))),
        (54, ("d+40", day(-14))),  # due on Thu 15 January, plus 40 = Tue 24 February
        (400, ("d+55", day(-344))),  # Mon 3 February 2025 + 55 = Sun 30, so Mon 31 March 2025
    ],
)
def test_the_latest_due_step_is_taken(days_overdue: int, expected: tuple[str, date]) -> None:
    assert step_and_day(move(make_account(make_invoice(days_overdue=days_overdue)))) == expected


def test_missed_steps_are_skipped_and_named() -> None:
    account = make_account(make_invoice(days_overdue=20), reminders=(make_reminder("d-3", 23),))
    found = move(account)
    assert found
    assert (found.step.id, found.skipped) == ("d+20", ("d+3", "d+10"))


@pytest.mark.parametrize(
    ("reminders", "expected"),
    [
        # The invoice is 12 days overdue: due on Thu 26 February.
        ((), "d+10"),
        ((make_reminder("d+3", 9),), "d+10"),
        ((make_reminder("d+10", 2),), "d+20"),
        ((make_reminder("d+10", 2, live=False),), "d+10"),  # cancelled: the step is free again
        ((make_reminder("d+10", 2, invoices=("FA-2026-0001",)),), "d+10"),  # another invoice
        ((make_reminder("d+10", 2, advanced=()),), "d+10"),  # in the mail, but did not move
        ((make_reminder("d+55", 0),), None),  # exhausted
    ],
)
def test_only_live_reminders_of_the_invoice_count_as_done(
    reminders: tuple[Reminder, ...], expected: str | None
) -> None:
    found = move(make_account(make_invoice(days_overdue=12), reminders=reminders))
    assert (found.step.id if found else None) == expected


@pytest.mark.parametrize(
    ("days_overdue", "expected", "skipped"),
    [
        (1, "d+3", ()),  # before the entry step nothing changes
        (3, "d+3", ("d-3",)),
        (10, "d+10", ("d-3", "d+3")),
        (200, "d+10", ("d-3", "d+3")),  # begins at the entry step at the latest
    ],
)
def test_an_invoice_never_reminded_begins_at_the_entry_step_at_the_latest(
    days_overdue: int, expected: str, skipped: tuple[str, ...]
) -> None:
    account = make_account(make_invoice(days_overdue=days_overdue))
    found = move(account, make_sequence(entry="d+10"))
    assert found
    assert (found.step.id, found.skipped) == (expected, skipped)


def test_an_entry_before_the_due_date_means_the_first_step_that_still_makes_sense() -> None:
    found = move(make_account(make_invoice(days_overdue=200)), make_sequence(entry="d-3"))
    assert found
    assert found.step.id == "d+3"


def test_after_a_late_entry_the_intervals_of_the_sequence_are_kept() -> None:
    account = make_account(make_invoice(days_overdue=200), reminders=(make_reminder("d+10", 4),))
    # First reminded on Fri 6 March at "d+10"; ten days on is Mon 16, not at once "d+55".
    assert step_and_day(move(account, make_sequence(entry="d+10"))) == ("d+20", day(6))


@pytest.mark.parametrize(
    ("days_overdue", "done", "sent_days_ago", "expected"),
    [
        # Due on Mon 19 January: "d+20" is Sun 8 February, so Mon 9, which is 29 days ago.
        (50, "d+10", 30, ("d+20", day(-29))),  # sent on the day before: in time
        (50, "d+10", 29, ("d+20", day(-19))),  # sent on that day: late, so ten days on, Thu 19
        # Due on Tue 30 December: "d+55" is Mon 23 February.
        (70, "d+40", 10, ("d+55", day(6))),  # sent on Sat 28: late, so Sun 15 March, so Mon 16
    ],
)
def test_late_means_that_the_next_step_was_due_already(
    days_overdue: int, done: str, sent_days_ago: int, expected: tuple[str, date]
) -> None:
    steps = tuple(s for s in make_sequence().steps if s.id in {done, expected[0]})
    account = make_account(
        make_invoice(days_overdue=days_overdue), reminders=(make_reminder(done, sent_days_ago),)
    )
    assert step_and_day(move(account, make_sequence(steps=steps))) == expected


def test_a_step_on_the_due_day_is_for_that_day_and_later() -> None:
    steps = (make_step("d-3", -3), make_step("d0", 0))
    found = move(make_account(make_invoice(days_overdue=2)), make_sequence(steps=steps))
    assert step_and_day(found) == ("d0", day(-1))  # due on Sun 8, so Mon 9


def test_after_a_timely_reminder_offsets_count_from_the_due_date() -> None:
    # Due on Fri 20 February: "d+3" was Mon 23. Sent a day late, "d+20" is still Thu 12 March.
    account = make_account(make_invoice(days_overdue=18), reminders=(make_reminder("d+10", 7),))
    assert step_and_day(move(account)) == ("d+20", day(2))


BROKEN = make_promise(state=PromiseState.BROKEN)  # made a week ago, for two days ago


@pytest.mark.parametrize(
    ("days_overdue", "reminders", "promises", "expected"),
    [
        # "d+3" went out 9 days ago, the word was given 7 days ago and broken: "d+10" is due before its day.
        (9, (make_reminder("d+3", 9),), (BROKEN,), ("d+10", True)),
        # Long overdue: one step on from "d+10", although "d+55" has its day.
        (60, (make_reminder("d+10", 50),), (BROKEN,), ("d+20", True)),
        (9, (), (BROKEN,), ("d+3", True)),  # never reminded: the first step after the due date
        # A reminder after the word: it was answered for already.
        (11, (make_reminder("d+3", 5),), (BROKEN,), ("d+10", False)),
        (5, (make_reminder("d+3", 2),), (BROKEN,), ("d+10", False)),
        (9, (make_reminder("d+3", 9),), (make_promise(),), ("d+10", False)),  # still open
        (9, (), (make_promise(state=PromiseState.KEPT),), ("d+3", False)),
        # A newer promise that was kept, or is open, replaces the broken one.
        (9, (), (BROKEN, make_promise(id=2, state=PromiseState.KEPT)), ("d+3", False)),
        (9, (), (BROKEN, make_promise(id=2, state=PromiseState.REPLACED)), ("d+3", True)),
        # A word about a day before the due date moves nothing before it, nor on it.
        (0, (make_reminder("d-3", 9),), (BROKEN,), ("d+3", False)),
        (-1, (make_reminder("d-3", 9),), (BROKEN,), ("d+3", False)),
        (12, (make_reminder("d+55", 9),), (BROKEN,), None),  # nothing is left
    ],
)
def test_a_broken_promise_makes_exactly_the_next_step_due_at_once(
    days_overdue: int,
    reminders: tuple[Reminder, ...],
    promises: tuple[Promise, ...],
    expected: tuple[str, bool] | None,
) -> None:
    account = make_account(
        make_invoice(days_overdue=days_overdue), reminders=reminders, promises=promises
    )
    found = move(account)
    assert ((found.step.id, found.promise_broken) if found else None) == expected
    if found and found.promise_broken:
        assert found.on <= TODAY


def test_after_a_broken_promise_the_intervals_of_the_sequence_are_kept() -> None:
    account = make_account(
        make_invoice(days_overdue=70),
        reminders=(make_reminder("d+10", 60), make_reminder("d+20", 5)),
        promises=(make_promise(state=PromiseState.BROKEN, made_at=NOON - timedelta(days=30)),),
    )
    # "d+20" went out on Thu 5 March; the call follows ten days later, Sun 15, so Mon 16.
    assert step_and_day(move(account)) == ("d+30", day(6))


@pytest.mark.parametrize(
    ("sent_days_ago", "expected"),
    [
        # 12 days overdue; a step "gentle" that the sequence no longer has.
        (9, "d+10"),  # sent 3 days after the due date: as good as "d+3"
        (2, "d+20"),  # sent 10 days after: as good as "d+10"
        (17, "d+10"),  # sent 5 days before: before every step of today's sequence
    ],
)
def test_a_step_that_left_the_sequence_counts_by_its_age(sent_days_ago: int, expected: str) -> None:
    account = make_account(
        make_invoice(days_overdue=12), reminders=(make_reminder("gentle", sent_days_ago),)
    )
    found = move(account)
    assert found
    assert found.step.id == expected
