"""Days, amounts, numbers and references named in a mail's new text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from mailagent.core.mail import Fields, Intent, ParsedMail
from mailagent.core.money import Money
from mailagent.reading.amounts import find_amounts
from mailagent.reading.instalments import find_instalments
from mailagent.reading.sentences import invoices_in
from mailagent.reading.statements import Heard, day_of

MAX_READ = 20_000
MAX_REFERENCES = 20

_REFERENCE = re.compile(
    r"\b(?:r[ée]f(?:[ée]rence|erence|\.)?|ref|utr|virement|vir|transaction|trx|txn|mandat|ordre|trace|"
    r"verwendungszweck|referenz|referencia|riferimento|kenmerk|referência)"
    r"\s?(?:no\.?|n°|nr\.?|number|num[ée]ro|id|#)?\s?[:#]?\s?((?=[\w/.-]*\d)[A-Z0-9][A-Z0-9/._-]{3,34})\b",
    re.IGNORECASE,
)
_LABELLED_NUMBER = re.compile(
    r"\b(?:factures?|fact\.?|invoices?|inv\.?|rechnung(?:en)?|rg\.?|facturas?|fatturas?|fattura|factuur|faturas?)"
    r"\s?(?:no\.?|n°|nr\.?|number|num[ée]ro|nummer|#)?\s?[:#]?\s?((?=[\w/.-]*\d)[A-Z]{0,6}[-/ ]?\d[\w/-]{1,24})\b",
    re.IGNORECASE,
)


def read_fields(
    mail: ParsedMail,
    heard: Sequence[Heard],
    open_numbers: Sequence[str],
    written_on: date,
    language: str,
    currency: str,
) -> Fields:
    """The facts of a mail; None where it names none, or several that differ."""
    text = mail.new_text[:MAX_READ]
    paid = day_of(heard, Intent.PAID) or day_of(heard, Intent.REMITTANCE_ADVICE)
    promised = day_of(heard, Intent.PROMISE_TO_PAY)
    plan = any(h.intent is Intent.PAYMENT_PLAN_REQUEST for h in heard)
    money = _amount(text, currency)
    return Fields(
        paid_date=paid.isoformat() if paid else None,
        promised_date=promised.isoformat() if promised else None,
        amount=money.amount if money else None,
        currency=money.currency if money else None,
        instalments=find_instalments(text, written_on, language, currency) if plan else None,
        invoice_numbers=_numbers(text, mail.subject, open_numbers),
        references=tuple(dict.fromkeys(_REFERENCE.findall(text)))[:MAX_REFERENCES],
    )


def _amount(text: str, currency: str) -> Money | None:
    """The one amount a text names; None when there are several."""
    found = {Money(a.amount, a.currency) for a in find_amounts(text, currency)}
    return found.pop() if len(found) == 1 else None


def _numbers(text: str, subject: str, open_numbers: Sequence[str]) -> tuple[str, ...]:
    """The customer's open invoices that are named; without any, what is called an invoice number."""
    known = invoices_in(text, open_numbers) or invoices_in(subject, open_numbers)
    if known or open_numbers:
        return known
    return tuple(dict.fromkeys(_LABELLED_NUMBER.findall(f"{text}\n{subject}")))
