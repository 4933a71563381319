"""Money as integer minor units and an ISO 4217 code. Never a float; sums never cross currencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "XOF": 0, "XAF": 0, "XPF": 0, "TND": 3, "KWD": 3, "BHD": 3}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217 minor unit); two unless listed."""
    return _MINOR_DIGITS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of one currency; may be negative."""

    amount: int
    currency: str


def sum_by_currency(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum per currency, in the order of their codes; empty for no amounts."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
