"""A customer's standing in a few words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from mailagent.core.customer import Account, Contact, Customer, Reminder
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money
from mailagent.core.sequence import Channel, Sequence, Step
from mailagent.sandbox.board import row, rows
from mailagent.sandbox.view import Row

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
SEQUENCE = Sequence(
    "standard",
    (
        Step("d-3", -3, Channel.EMAIL, "before_due"),
        Step("d+10", 10, Channel.EMAIL, "second_reminder"),
        Step("d+30", 30, Channel.CALL, ""),
    ),
)


def account(
    *, due: date = date(2026, 3, 10), paid: int = 0, holds: tuple[Hold, ...] = ()
) -> Account:
    invoice = Invoice(
        "vauban", "FA-1", "C1", date(2026, 2, 1), due, Money(12_000, "EUR"), paid=paid
    )
    customer = Customer("vauban", "C1", "Paul", contacts=(Contact("paul@client.example"),))
    return Account(customer, (invoice,), holds=holds)


def hold(reason: HoldReason, until: datetime | None, invoice: str | None = None) -> Hold:
    return Hold(1, "C1", invoice, reason, NOW, until, "quote")


def reminded(step: str, channel: Channel = Channel.EMAIL) -> Account:
    one = Reminder(step, 0, ("FA-1",), (("FA-1", step),), NOW.date(), True, channel, NOW)
    return replace(account(), reminders=(one,))


def standing(account: Account) -> tuple[int, str]:
    shown = row(account, SEQUENCE, NOW, PARIS)
    return shown.owed, shown.standing


MIDNIGHT = datetime(2026, 3, 27, 23, 0, tzinfo=UTC)  # the end of 27 March in Paris


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (account(paid=12_000), (0, "all paid")),
        (account(paid=11_900), (0, "all paid")),  # within the tolerance of the sequence
        (account(due=date(2026, 4, 1)), (12_000, "not due")),
        (account(paid=2_000), (10_000, "overdue 10 days")),
        (reminded("d+10"), (12_000, "reminded D+10")),
        (reminded("d+30", Channel.CALL), (12_000, "D+30, for Claire")),
        (account(holds=(hold(HoldReason.PROMISE, MIDNIGHT),)), (12_000, "promised until 27 Mar")),
        (account(holds=(hold(HoldReason.DISPUTE, None, "FA-1"),)), (12_000, "disputed, for Claire")),
        (
            account(holds=(hold(HoldReason.REPLY, MIDNIGHT), hold(HoldReason.INSOLVENCY, None))),
            (12_000, "insolvent, for Claire"),  # the silence that lasts longest
        ),
        (account(holds=(hold(HoldReason.DISPUTE, None, "FA-2"),)), (12_000, "overdue 10 days")),
    ],
)  # fmt: skip
def test_the_most_telling_thing_is_shown(given: Account, expected: tuple[int, str]) -> None:
    assert standing(given) == expected


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_for_silence_has_its_word_and_fits_the_column(reason: HoldReason) -> None:
    for until in (None, MIDNIGHT):
        _, shown = standing(account(holds=(hold(reason, until),)))
        assert len(shown) <= 24


def test_one_row_for_each_customer() -> None:
    assert rows([account()], SEQUENCE, NOW, PARIS) == {"C1": Row(12_000, "overdue 10 days", "red")}
