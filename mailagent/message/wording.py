"""Amounts, dates and lists as people write them in their language (template filters)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency

from mailagent.core.money import Money, minor_digits

_LOCALES = {"en": "en_GB"}  # day before month; every other language as Babel takes it
_NO_BREAK = "\u00a0"


def locale_of(language: str) -> str:
    """The Babel locale that writes this language."""
    return _LOCALES.get(language, language)


def filters(language: str) -> dict[str, Any]:
    """The filters of one language's templates."""
    locale = locale_of(language)
    return {
        "money": partial(money, locale=locale),
        "long_date": partial(long_date, locale=locale),
        "day_month": partial(day_month, locale=locale),
        "listed": partial(listed, locale=locale),
        "grouped": grouped,
    }


@lru_cache(maxsize=4096)
def money(value: Money, locale: str) -> str:
    """An amount with its currency: "1 234,56 €", "£1,234.56"."""
    digits = minor_digits(value.currency)
    pattern = Locale.parse(locale).currency_formats["standard"].pattern
    pattern = pattern.replace(".00", "." + "0" * digits if digits else "")
    amount = Decimal(value.amount).scaleb(-digits)
    text = format_currency(amount, value.currency, pattern, locale=locale, currency_digits=False)
    # The narrow no-break space of French numbers is an empty box in some mail programs.
    return text.replace("\u202f", _NO_BREAK)


@lru_cache(maxsize=4096)
def long_date(day: date, locale: str) -> str:
    """A date in full: "15 mars 2026"."""
    return _first_of_month(format_date(day, "d MMMM y", locale=locale), day, locale)


@lru_cache(maxsize=4096)
def day_month(day: date, locale: str) -> str:
    """A date without its year, for subjects: "15 mars"."""
    return _first_of_month(format_date(day, "d MMMM", locale=locale), day, locale)


def listed(items: Iterable[str], locale: str) -> str:
    """An enumeration in a sentence: "A, B et C"."""
    return format_list([str(item) for item in items], locale=locale)


def grouped(text: str, size: int) -> str:
    """A long number in groups, as banks and registers print it: "FR76 3000 6000"."""
    return " ".join(text[i : i + size] for i in range(0, len(text), size))


def _first_of_month(text: str, day: date, locale: str) -> str:
    # French says "1er mars" but "2 mars".
    written = f"1er{text[1:]}" if day.day == 1 and locale.startswith("fr") else text
    return written.replace(" ", _NO_BREAK, 1)
