"""Amounts as people read them."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency

from mailagent.core.money import Money, minor_digits


def amount(money: Money, language: str = "en") -> str:
    """An amount as read by people."""
    value = Decimal(money.amount).scaleb(-minor_digits(money.currency))
    return format_currency(value, money.currency, locale=language)
