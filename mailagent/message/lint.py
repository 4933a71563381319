"""What a reminder must say, and what it must never do, whoever wrote its template."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from mailagent.message.mail_context import MailContext
from mailagent.message.wording import grouped, locale_of, money

FORMAL_WORDS = {"fr": "mise en demeure", "en": "formal notice"}
"""The words that make a formal notice in law: kept for the step that is one."""

_MARKUP = re.compile(r"<[^>]*>")
_LOADS = re.compile(
    r"\bsrc\s*=|\bbackground\s*=|url\(|@import|\bon[a-z]+\s*="
    r"|<(?:img|script|link|iframe|object|embed|form|video|audio|base)\b",
    re.IGNORECASE,
)


class Fault(NamedTuple):
    """Something wrong in a rendered mail."""

    why: str
    hint: str


def lint(subject: str, text: str, html: str, context: MailContext) -> tuple[Fault, ...]:
    """The faults of one rendered mail; none for a good one."""
    seen = unescape(_MARKUP.sub(" ", html))
    return (
        *_subject_faults(subject, context),
        *_content_faults("text", text, context),
        *_content_faults("HTML", seen, context),
        *_word_faults(f"{subject}\n{text}\n{seen}", context),
        *_html_faults(html, context),
    )


def _subject_faults(subject: str, context: MailContext) -> Iterator[Fault]:
    if not subject.endswith(context.subject_token):
        yield Fault(
            "the subject does not end with the invoice numbers in brackets",
            "End it with {{ subject_token }}",
        )
    locale = locale_of(context.language)
    if any(money(line.balance, locale) in subject for line in context.invoices):
        yield Fault("the subject shows an amount", "Colleagues read subjects; leave amounts out")


def _content_faults(part: str, words: str, context: MailContext) -> Iterator[Fault]:
    company, locale = context.company, locale_of(context.language)
    needed = {
        "the IBAN": grouped(company.bank.iban, 4),
        "our registered name": company.legal.name,
        "our registration number": context.registration,
        "our address": company.legal.address[0],
        "who signs": company.sender_name,
    }
    for line in context.invoices:
        needed[f"invoice number {line.number}"] = line.number
        needed[f"the balance of {line.number}"] = money(line.balance, locale)
    for what, wanted in needed.items():
        if wanted not in words:
            yield Fault(f"{what} is missing from the {part}", "Extend layout, or print it yourself")


def _word_faults(words: str, context: MailContext) -> Iterator[Fault]:
    said = [formal for formal in FORMAL_WORDS.values() if formal in words.lower()]
    if context.step.tone != "formal":
        for formal in said:
            yield Fault(f'says "{formal}"', "Keep these words for the step of tone formal")
    elif not said:
        yield Fault("does not say that it is a formal notice", "Without the words it is none")


def _html_faults(html: str, context: MailContext) -> Iterator[Fault]:
    if found := _LOADS.search(html):
        yield Fault(
            f"the HTML contains {found.group().strip()!r}, which loads or runs something",
            "Mail of a person has no images, scripts or forms; remove it",
        )
    if "<" in context.customer and context.customer in html:
        yield Fault("the HTML prints data unescaped", "Remove `|safe`")
