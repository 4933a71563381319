"""Amounts of money in text, as minor units. A number counts only beside a currency mark."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailagent.core.money import minor_digits

MAX_AMOUNT = 10**15  # minor units; more is no sum that anybody owes, nor one that a database holds

_MARKS = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "usd": "USD",
    "dollars": "USD", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "chf": "CHF", "sfr": "CHF", "francs": "CHF",
    "fr.": "CHF", "r$": "BRL", "brl": "BRL", "reais": "BRL", "cad": "CAD", "c$": "CAD", "rs": "INR", "rs.": "INR",
    "inr": "INR", "₹": "INR", "pln": "PLN", "sek": "SEK", "dkk": "DKK", "nok": "NOK", "jpy": "JPY", "¥": "JPY",
    "mad": "MAD", "xof": "XOF", "fcfa": "XOF", "aud": "AUD", "a$": "AUD",
}  # fmt: skip
_MARK = r"(?:us\$|r\$|c\$|a\$|euros?|dollars|pounds|francs|reais|fcfa|rs\.?|fr\.|[€$£₹¥]|(?:eur|usd|gbp|chf|sfr|brl|cad|inr|pln|sek|dkk|nok|jpy|mad|xof|aud)\b)"
_BLANKS = " \u00a0\u202f\u2009"  # blanks that group digits
_NUMBER = (
    rf"\d{{1,3}}(?:[{_BLANKS}]\d{{3}})+(?:[.,]\d{{1,2}})?|\d{{1,12}}(?:[.,'’]\d{{1,3}}){{0,5}}"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_MARK})[{_BLANKS}]?)?(?P<number>{_NUMBER})(?:[,.](?:-{{1,2}}|–))?"
    rf"(?:[{_BLANKS}]?(?P<kilo>k)(?![a-jl-z]))?(?:[{_BLANKS}]?(?P<after>{_MARK})(?P<cents>\d\d)?)?(?![\w%])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """An amount as it stands in a text."""

    amount: int  # minor units
    currency: str
    start: int
    end: int


def find_amounts(text: str, currency: str) -> tuple[FoundAmount, ...]:
    """The amounts in a text; a bare "$" or "fr." may mean the company's own dollar or franc."""
    found = []
    for match in _AMOUNT.finditer(text):
        mark = (match["before"] or match["after"] or "").lower()
        if not mark:
            continue
        code = _MARKS.get(mark, "")
        if mark == "$" and currency in {"CAD", "AUD", "USD"}:
            code = currency
        amount = _minor_units(
            match["number"], match["cents"], minor_digits(code), kilo=bool(match["kilo"])
        )
        if amount is not None:
            found.append(FoundAmount(amount, code, match.start(), match.end()))
    return tuple(found)


def _minor_units(number: str, cents: str | None, digits: int, *, kilo: bool) -> int | None:
    """The minor units of "1 234,56", "1.234,56", "1,234.56", "1'234.50"; None when unclear."""
    plain = re.sub(rf"[{_BLANKS}'’]", "", number)
    last = max(plain.rfind(","), plain.rfind("."))
    whole, fraction = plain, ""
    if last >= 0:
        separator = plain[last]
        tail = plain[last + 1 :]
        grouped = plain.count(separator) > 1 or (
            len(tail) == 3 and (digits != 3 or "," in plain[:last])
        )
        if not grouped:
            whole, fraction = plain[:last], tail
    whole = re.sub(r"[.,]", "", whole)
    if len(fraction) > digits or (cents and fraction):
        return None
    scale: int = 10**digits
    units = int(whole) * scale + int((cents or fraction).ljust(digits, "0") or 0)
    units = units * 1000 if kilo else units
    return units if units < MAX_AMOUNT else None
