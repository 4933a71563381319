"""What an invoice knows of itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mailagent.core.invoice import Books, normalise_number
from mailagent.core.money import Money
from tests.core.make import TODAY, make_invoice


@pytest.mark.parametrize(
    ("facts", "balance"),
    [
        ({}, 120_000),
        ({"paid": 20_000, "credited": 50_000}, 50_000),
        ({"paid": 130_000}, -10_000),
        ({"books": Books.VOID}, 0),
        ({"books": Books.WRITTEN_OFF, "paid": 20_000}, 0),
    ],
)
def test_the_balance_is_what_payments_credit_notes_and_the_books_leave(
    facts: dict[str, Any], balance: int
) -> None:
    assert make_invoice(**facts).balance_due == Money(balance, "EUR")


@pytest.mark.parametrize(("paid", "settled"), [(119_499, False), (119_500, True), (130_000, True)])
def test_a_balance_within_the_tolerance_is_settled(paid: int, settled: bool) -> None:
    assert make_invoice(paid=paid).is_settled(tolerance=500) is settled


@pytest.mark.parametrize("days", [-3, 0, 10])
def test_days_past_due_count_from_the_due_date(days: int) -> None:
    assert make_invoice(due_on=TODAY - timedelta(days=days)).days_past_due(TODAY) == days


@pytest.mark.parametrize("written", ["FA-2026-0042", "fa 2026/0042", "FA20260042", "Fa.2026.0042 "])
def test_a_number_is_the_same_however_it_is_written(written: str) -> None:
    assert normalise_number(written) == "FA20260042"
