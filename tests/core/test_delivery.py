from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.delivery import (
    GIVE_UP_AFTER,
    RETRY_AFTER,
    Delivery,
    Outcome,
    Phase,
    Result,
    after_attempt,
)
from mailagent.core.outbox import OutboxState

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

MAIL, RCPT, DATA = Phase.MAIL, Phase.RCPT, Phase.DATA
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def after(
    outcome: Outcome, attempts: int = 1, elapsed: timedelta = timedelta(), jitter: float = 0.0
) -> Delivery:
    return after_attempt(outcome, attempts, START, START + elapsed, jitter)


def refused(phase: Phase, code: int, enhanced: str = "") -> Outcome:
    return Outcome(Result.REFUSED, phase, code, enhanced, "no")


def deferred(phase: Phase, code: int, enhanced: str = "") -> Outcome:
    return Outcome(Result.DEFERRED, phase, code, enhanced, "later")


def test_accepted_is_sent_with_the_servers_words() -> None:
    delivery = after(Outcome(Result.ACCEPTED, DATA, 250, "2.0.0", "Ok: queued as 4F2"))

    assert delivery == Delivery(OutboxState.SENT, "250 2.0.0 Ok: queued as 4F2")


def test_a_lost_answer_to_data_is_never_tried_again() -> None:
    delivery = after(Outcome(Result.UNKNOWN, DATA, text="connection lost"))

    assert delivery.state is OutboxState.UNKNOWN
    assert delivery.next_attempt_at is None
    assert "connection lost" in delivery.reason


def test_a_lost_answer_to_data_rests_the_account() -> None:
    delivery = after(Outcome(Result.UNKNOWN, DATA, text="timeout"))

    assert delivery.rest_until == START + 15 * MINUTE


@pytest.mark.parametrize(
    ("attempts", "jitter", "delay"),
    [
        (1, 0.0, 15 * MINUTE),
        (2, 0.0, HOUR),
        (3, 0.0, 4 * HOUR),
        (4, 0.0, 12 * HOUR),
        (5, 0.0, DAY),
        (6, 0.0, DAY),  # the last delay repeats
        (1, 1.0, 18 * MINUTE),  # 15 min + 20 %
        (2, 0.5, 66 * MINUTE),  # 60 min + 10 %
    ],
)
def test_retry_schedule(attempts: int, jitter: float, delay: timedelta) -> None:
    delivery = after(deferred(RCPT, 450, "4.2.1"), attempts, jitter=jitter)

    assert delivery.state is OutboxState.DEFERRED
    assert delivery.next_attempt_at == START + delay


def test_last_attempt_is_when_five_days_are_over() -> None:
    delivery = after(deferred(RCPT, 450), attempts=8, elapsed=5 * DAY - HOUR)

    assert delivery.next_attempt_at == START + 5 * DAY  # not a whole day later


def test_after_five_days_a_person_is_told() -> None:
    delivery = after(deferred(RCPT, 450), attempts=9, elapsed=5 * DAY)

    assert delivery.state is OutboxState.REFUSED
    assert delivery.ask_staff
    assert not delivery.suppress
    assert "9 attempts" in delivery.reason


def test_a_mail_always_deferred_is_given_up_after_a_bounded_number_of_attempts() -> None:
    attempts, elapsed = 0, timedelta()
    while True:
        attempts += 1
        delivery = after(deferred(RCPT, 450), attempts, elapsed)
        if delivery.next_attempt_at is None:
            break
        elapsed = delivery.next_attempt_at - START

    # 0, 15 min, 1:15, 5:15, 17:15, then + 1, 2, 3, 4 days, and one at 5 days
    assert attempts == len(RETRY_AFTER) + 5
    assert elapsed == GIVE_UP_AFTER


@pytest.mark.parametrize(
    ("outcome", "rests"),
    [
        (deferred(MAIL, 421, "4.3.2"), True),  # the server closes the channel
        (deferred(RCPT, 421), True),
        (deferred(DATA, 421), True),
        (deferred(RCPT, 450, "4.7.1"), True),  # too many, too fast
        (deferred(DATA, 451, "4.7.500"), True),
        (deferred(RCPT, 450, "4.2.1"), False),  # this mailbox only
        (deferred(RCPT, 452, "4.2.2"), False),  # this mailbox is full
        (deferred(RCPT, 451), False),
        (Outcome(Result.DEFERRED, MAIL, text="connection lost"), False),
        (refused(RCPT, 550, "5.7.1"), False),
    ],
)
def test_who_rests(outcome: Outcome, rests: bool) -> None:
    assert after(outcome).rest_until == (START + 15 * MINUTE if rests else None)


def test_an_old_mail_rests_the_account_no_longer_than_a_new_one() -> None:
    delivery = after(deferred(RCPT, 421), attempts=5, elapsed=2 * DAY)

    assert delivery.rest_until == START + 2 * DAY + 15 * MINUTE
    assert delivery.next_attempt_at == START + 3 * DAY


@pytest.mark.parametrize(
    ("outcome", "suppressed"),
    [
        (refused(RCPT, 550, "5.1.1"), True),
        (refused(DATA, 550, "5.1.1"), True),  # some servers look only after DATA
        (refused(RCPT, 550, "5.1.2"), True),
        (refused(RCPT, 0, "5.1.3"), True),  # our own check of the address
        (refused(RCPT, 551, "5.1.6"), True),
        (refused(RCPT, 556, "5.1.10"), True),
        (refused(RCPT, 550, "5.2.1"), True),
        (refused(RCPT, 550), True),
        (refused(RCPT, 551), True),  # the forward address is not followed
        (refused(RCPT, 553), True),
        (refused(RCPT, 550, "5.7.1"), False),  # policy: about us, not about the address
        (refused(RCPT, 554, "5.7.26"), False),
        (refused(RCPT, 552, "5.2.2"), False),  # mailbox full
        (refused(RCPT, 552), False),
        (refused(RCPT, 554), False),
        (refused(DATA, 550), False),  # the content
        (refused(DATA, 552, "5.3.4"), False),  # too large
        (refused(DATA, 554, "5.6.0"), False),
        (refused(RCPT, 0, "5.6.7"), False),  # needs a server that knows SMTPUTF8
    ],
)
def test_which_refusals_suppress_the_address(outcome: Outcome, suppressed: bool) -> None:
    delivery = after(outcome)

    assert delivery.state is OutboxState.REFUSED
    assert delivery.suppress is suppressed
    assert delivery.ask_staff
    assert not delivery.stop_account


@pytest.mark.parametrize(
    "outcome",
    [
        refused(Phase.CONNECT, 535, "5.7.8"),
        refused(MAIL, 530, "5.7.0"),
        refused(MAIL, 530),
        refused(MAIL, 534, "5.7.9"),
        refused(RCPT, 530),
        refused(RCPT, 550, "5.7.8"),
        refused(MAIL, 553, "5.7.1"),  # sender not ours: true of each further mail
        refused(MAIL, 550),
        refused(Phase.CONNECT, 554),
    ],
)
def test_what_stops_the_account_leaves_the_mail_waiting(outcome: Outcome) -> None:
    delivery = after(outcome)

    assert delivery.state is OutboxState.DEFERRED
    assert delivery.stop_account
    assert delivery.ask_staff
    assert not delivery.suppress
    assert delivery.next_attempt_at is not None


@pytest.mark.parametrize(
    "outcome",
    [
        refused(MAIL, 552, "5.3.4"),
        refused(MAIL, 552),
        refused(MAIL, 554, "5.3.4"),
        refused(MAIL, 0, "5.6.7"),
    ],
)
def test_a_refusal_at_mail_about_this_mail_does_not_stop_the_account(outcome: Outcome) -> None:
    delivery = after(outcome)

    assert delivery.state is OutboxState.REFUSED
    assert not delivery.stop_account


@given(
    outcome=st.builds(
        Outcome,
        result=st.sampled_from(Result),
        phase=st.sampled_from(Phase),
        code=st.sampled_from([0, 250, 421, 450, 451, 452, 530, 535, 550, 551, 552, 553, 554]),
        enhanced=st.sampled_from(["", "2.0.0", "4.7.1", "4.2.2", "5.1.1", "5.7.1", "5.7.8"]),
        text=st.text(max_size=20),
    ),
    attempts=st.integers(1, 50),
    elapsed=st.timedeltas(timedelta(), timedelta(days=30)),
    jitter=st.floats(0, 1),
)
def test_every_outcome_has_one_consistent_end(
    outcome: Outcome, attempts: int, elapsed: timedelta, jitter: float
) -> None:
    now = START + elapsed
    delivery = after_attempt(outcome, attempts, START, now, jitter)

    assert (delivery.next_attempt_at is not None) == (delivery.state is OutboxState.DEFERRED)
    if delivery.next_attempt_at is not None:
        assert now < delivery.next_attempt_at <= now + 1.2 * DAY
    if delivery.suppress or delivery.stop_account:
        assert delivery.ask_staff
    assert (delivery.state is OutboxState.SENT) == (outcome.result is Result.ACCEPTED)
    assert (delivery.state is OutboxState.UNKNOWN) == (outcome.result is Result.UNKNOWN)
