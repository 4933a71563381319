"""Amounts and dates as people and programs write them in files."""

from __future__ import annotations

import re
from datetime import date

from mailagent.core.money import minor_digits

_BLANKS = re.compile(r"[\s\u00a0\u202f'’]")
_CURRENCY = re.compile(r"[€$£]|\b[A-Z]{3}\b")
_AMOUNT = re.compile(r"[+-]?\d+(?:[.,]\d+)*-?$")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$")


def read_amount(text: str, currency: str) -> int:
    """Minor units of an amount such as "1 234,56", "1.234,56 €", "1,234.56" or "-12".

    Raises ValueError when the text is no amount or has more decimals than the currency.
    """
    bare = _BLANKS.sub("", _CURRENCY.sub("", text))
    if not _AMOUNT.match(bare):
        raise ValueError("not an amount")
    negative = bare.startswith("-") or bare.endswith("-")
    whole, fraction = _split(bare.strip("+-"))
    digits = minor_digits(currency)
    if len(fraction.rstrip("0")) > digits:
        raise ValueError(f"more than {digits} decimals")
    amount = int(whole + fraction[:digits].ljust(digits, "0"))
    return -amount if negative else amount


def _split(bare: str) -> tuple[str, str]:
    """Whole part and decimals: the last separator is the decimal mark unless it groups thousands."""
    last = max(bare.rfind(","), bare.rfind("."))
    if last < 0:
        return bare, ""
    mark, fraction = bare[last], bare[last + 1 :]
    other = "." if mark == "," else ","
    groups = bare.split(mark)
    if len(groups) > 2 or (len(fraction) == 3 and other not in bare and len(groups[0]) <= 3):
        # "1.234.567" and "1,234": a group of exactly three digits is thousands, not decimals
        if any(len(g) != 3 for g in groups[1:]) or groups[0] in {"", "0"}:
            raise ValueError("not an amount")
        return "".join(groups), ""
    return bare[:last].replace(other, ""), fraction


def read_date(text: str, *, month_first: bool = False) -> date:
    """A date written 2026-03-15, 15/03/2026, 15.03.26 or 20260315; day first unless told otherwise.

    Raises ValueError when it is none of these.
    """
    if match := _DAY_FIRST.match(text):
        first, second, year = (int(part) for part in match.groups())
        day, month = (second, first) if month_first else (first, second)
        return date(year + 2000 if year < 100 else year, month, day)
    return date.fromisoformat(text[:10])
