"""The leak guard (promise P7): what leaves for a customer is his, and the bank details are ours.

It looks at the finished words, not at the facts they were made from, so a wrong template or a mixed-up
context is caught all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from html import unescape

from babel.numbers import list_currencies
from stdnum import iban

from mailagent.core.customer import Account
from mailagent.core.invoice import normalise_number
from mailagent.core.money import Money, sum_by_currency
from mailagent.message.mail_context import InvoiceLine, MailContext
from mailagent.message.render import Rendered
from mailagent.message.wording import grouped, locale_of, money

_MARKUP = re.compile(r"<[^>]*>")
_DIGIT = re.compile(r"[0-9]")
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"[\s\u00a0\u202f]+")
_TOKEN = re.compile(r"\[([^\]]*)\]\s*\Z")
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?:[ \u00a0-]?[A-Z0-9]){11,30}")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FIGURE = r"\d(?:[\d.,’'\u00a0\u202f]*\d)?"
_UNIT = r"(?:\$US|US\$|[€£¥$]|\b[A-Z]{3}\b|\beuros?\b)"
_AMOUNT = re.compile(
    rf"(?<![\w.,-]){_FIGURE}[ \u00a0\u202f]?{_UNIT}|{_UNIT}[ \u00a0\u202f]?{_FIGURE}"
)
_CODE = re.compile(r"[A-Z]{3}")
_BY_LAW = frozenset({"40€", "€40"})  # the fixed sum of article D. 441-5
_WINDOW = 3  # words of an invoice number written with spaces: "FA 2026 0042"


def candidate_numbers(rendered: Rendered, context: MailContext) -> frozenset[str]:
    """Everything in the mail that could be an invoice number of somebody else, normalised.

    The caller asks the store which of them belong to other customers. Short plain figures count only
    in the token of the subject: elsewhere they are days, articles of law or house numbers.
    """
    found = {run for words in _visible(rendered) for run in _each_line(_numbers, words)}
    found.difference_update(_each_line(_numbers, "\n".join(_own_strings(context))))
    if token := _TOKEN.search(rendered.subject):
        found.update(normalise_number(part) for part in token[1].split(","))
    return frozenset(found.difference(normalise_number(line.number) for line in context.invoices))


def check_outgoing(
    rendered: Rendered,
    context: MailContext,
    account: Account,
    recipient: str,
    enclosed: Collection[str],
    foreign_numbers: Collection[str],
) -> tuple[str, ...]:
    """Why this mail may not leave; empty for a clean one.

    `enclosed` holds the sha256 of each attachment, `foreign_numbers` those of `candidate_numbers` that
    belong to other customers.
    """
    reasons = [
        *_wrong_recipient(account, recipient),
        *_wrong_lines(context, account),
        *_wrong_enclosures(context, account, enclosed),
    ]
    reasons += [f"names {number}, an invoice of another customer" for number in foreign_numbers]
    amounts = _own_amounts(context)
    for words in _visible(rendered):
        reasons += _wrong_ibans(words, context.company.bank.iban)
        reasons += _wrong_amounts(words, amounts)
        reasons += _wrong_addresses(words, context, recipient)
    return tuple(dict.fromkeys(reasons))  # text and HTML usually say the same


def _wrong_recipient(account: Account, recipient: str) -> Iterator[str]:
    known = {c.address.lower() for c in account.customer.contacts if not c.suppressed}
    if recipient.lower() not in known:
        yield f"{recipient} is not a contact of {account.customer.name}"


def _wrong_lines(context: MailContext, account: Account) -> Iterator[str]:
    if context.company.id != account.customer.company:
        yield "customer and sender belong to different companies"
    for line in context.invoices:
        invoice = account.invoice(line.number)
        if invoice is None or invoice.customer != account.customer.ref:
            yield f"{line.number} is not an invoice of {account.customer.name}"
        elif InvoiceLine.of(invoice, attached=line.attached) != line:
            yield f"{line.number} is stated otherwise than the books have it"


def _wrong_enclosures(
    context: MailContext, account: Account, enclosed: Collection[str]
) -> Iterator[str]:
    listed = {line.number for line in context.invoices}
    own = {invoice.document for invoice in account.invoices if invoice.number in listed}
    for digest in enclosed:
        if digest not in own:
            yield f"attachment {digest[:12]} is no invoice of this mail"


def _wrong_ibans(words: str, ours: str) -> Iterator[str]:
    upper = words.upper()
    for found in _IBAN.finditer(upper):
        compact = re.sub(r"[^A-Z0-9]", "", found.group())
        called_so = "IBAN" in upper[max(0, found.start() - 12) : found.start()]
        if compact.startswith(ours) or not (called_so or _holds_iban(compact)):
            continue
        yield f"names bank account {compact[:4]}…{compact[-4:]}, which is not ours"


def _holds_iban(compact: str) -> bool:
    # A match may run on into the word after the number.
    return any(iban.is_valid(compact[:length]) for length in range(15, len(compact) + 1))


def _wrong_amounts(words: str, allowed: frozenset[str]) -> Iterator[str]:
    for found in _each_line(_amounts, words):
        compact = _SPACE.sub("", found)
        code = _CODE.search(compact)
        is_currency = code is None or "US" in code.group() or code.group() in _currencies()
        if is_currency and compact not in allowed:
            yield f"states {found}, which is no amount of this customer's invoices"


def _wrong_addresses(words: str, context: MailContext, recipient: str) -> Iterator[str]:
    company = context.company
    known = {*company.own_addresses, *company.staff_addresses, recipient.lower()}
    known |= {found.lower() for found in _ADDRESS.findall("\n".join(_own_strings(context)))}
    for found in _each_line(_addresses, words):
        if found.lower() not in known:
            yield f"names the address {found}"


def _own_amounts(context: MailContext) -> frozenset[str]:
    """Each amount this mail may state, as written, without spaces."""
    lines = context.invoices
    amounts: set[Money] = set()
    for line in lines:
        amounts |= {line.total, line.balance, line.paid, line.credited}
    for group in (lines, context.overdue, context.upcoming):
        amounts |= {*sum_by_currency(line.balance for line in group)}
    locale = locale_of(context.language)
    written = {money(amount, locale) for amount in amounts}
    # The share capital stands in the footer; a company may be called "1000 Euros".
    written.update(_AMOUNT.findall("\n".join(_own_strings(context))))
    return frozenset(_SPACE.sub("", amount) for amount in written) | _BY_LAW


def _own_strings(context: MailContext) -> list[str]:
    """What stands in the mail as configuration and books have it."""
    company, legal = context.company, context.company.legal
    strings = [
        grouped(company.bank.iban, 4),
        company.bank.bic,
        company.bank.holder,
        company.sender_name,
        *company.signature,
        *legal.address,
        legal.capital,
        legal.vat_number,
        legal.name,
        context.registration,
        context.customer,
        context.customer_ref,
        context.contact,
    ]
    for line in context.invoices:
        strings += [line.number, line.purchase_order]
    return strings


def _visible(rendered: Rendered) -> tuple[str, ...]:
    """What a person can read: subject and text, and the HTML without its markup."""
    html = unescape(_MARKUP.sub("\n", rendered.html))
    return (f"{rendered.subject}\n{rendered.text}", html)


def _each_line(reading: Callable[[str], tuple[str, ...]], words: str) -> Iterator[str]:
    """What is read on each line; most lines are the same in every mail, so the readings are remembered."""
    for line in words.splitlines():
        yield from reading(line)


@lru_cache(maxsize=1024)
def _numbers(line: str) -> tuple[str, ...]:
    """Each run of a few words with a digit in it, normalised like an invoice number."""
    if not _DIGIT.search(line):
        return ()
    parts = [normalise_number(word) for word in _WORD.findall(line)]
    lengths = range(1, _WINDOW + 1)
    runs = {"".join(parts[at : at + length]) for at in range(len(parts)) for length in lengths}
    return tuple(run for run in runs if _DIGIT.search(run) and _is_telling(run))


@lru_cache(maxsize=1024)
def _amounts(line: str) -> tuple[str, ...]:
    return tuple(_AMOUNT.findall(line))


@lru_cache(maxsize=1024)
def _addresses(line: str) -> tuple[str, ...]:
    return tuple(_ADDRESS.findall(line))


def _is_telling(number: str) -> bool:
    return 4 <= len(number) <= 40 and (not number.isdecimal() or len(number) >= 6)


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())
