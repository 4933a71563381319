"""A mail's new text heard statement by statement: intent, words, invoices and day of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailagent.core.mail import FoundIntent, Intent
from mailagent.core.months import fold
from mailagent.reading.dates import Direction, find_dates, one_date
from mailagent.reading.lexicon import Lexicon, weigh
from mailagent.reading.lexicon_de import GERMAN
from mailagent.reading.lexicon_en import ENGLISH
from mailagent.reading.lexicon_es import SPANISH
from mailagent.reading.lexicon_fr import FRENCH
from mailagent.reading.lexicon_it import ITALIAN
from mailagent.reading.lexicon_nl import DUTCH
from mailagent.reading.lexicon_pt import PORTUGUESE
from mailagent.reading.sentences import clauses, invoices_in, sentences

MIN_CONFIDENCE = 0.35  # below, a reading is noise
MAX_PROMISE_DAYS = 120
MAX_PAID_DAYS = 366

_HINT, _LISTED = 0.55, 0.7
_FEW_HEADINGS = 3
# Words of payment that say neither past nor future by themselves.
_PAYMENT = re.compile(
    r"\b(?:pa(?:ie|ye|yer|ies|yons)|regl\w+|vir(?:e|er|ement)|cheque|check|solde\w*|argent|montant|bordereau|payment|pay|transfer|wire|"
    r"settle|money|run|send\w*|zahl\w+|uberweis\w+|betrag|geld|pag\w+|transferen\w+|importe|bonifico|importo|betal\w+|bedrag|"
    r"transferencia|valor|aurez|vous l'|have it|tout|promis\w*)\b"
)
_HEADINGS = re.compile(
    r"\b(?:benefici\w+|montant|valeur|valuta|value|total\w*|net|mandat|bordereau|cheque|virement|avoir|payer|payee|amount|invoices?|inv|"
    r"factures?|fact|fa|ref\w*|ordonnateur|execut\w+|retenue|deduct\w*|somme|sum|voucher|bacs|chaps|importe?|importo|rechnung\w*|"
    r"betrag|summe|factuur|bedrag|totaal|fatura|valor|fattur\w*|beleg\w*)\b"
)
_CENTS = re.compile(r"\d[.,]\d\d(?!\d)")
_LEXICONS: Mapping[str, Lexicon] = {
    "fr": FRENCH,
    "en": ENGLISH,
    "de": GERMAN,
    "es": SPANISH,
    "it": ITALIAN,
    "nl": DUTCH,
    "pt": PORTUGUESE,
}
# What must be acted on first when a mail says several things.
SEVERITY = (
    Intent.INSOLVENCY,
    Intent.OBJECTION,
    Intent.DISPUTE,
    Intent.WRONG_CONTACT,
    Intent.PAYMENT_PLAN_REQUEST,
    Intent.REMITTANCE_ADVICE,
    Intent.INVOICE_COPY_REQUEST,
    Intent.PROMISE_TO_PAY,
    Intent.PAID,
    Intent.QUESTION,
)

# Heard anywhere, a person looks.
STOPS = frozenset({Intent.DISPUTE, Intent.INSOLVENCY, Intent.OBJECTION})


@dataclass(frozen=True, slots=True)
class Heard:
    """One intent in one statement."""

    intent: Intent
    confidence: float
    quote: str
    invoices: tuple[str, ...] = ()
    day: date | None = None  # when it was paid, or will be


def listen(
    text: str, numbers: Sequence[str], written_on: date, language: str, *, month_first: bool | None
) -> tuple[Heard, ...]:
    """Everything a text says, in its order."""
    heard: list[Heard] = []
    for sentence in sentences(text):
        in_sentence = [
            with_day(found, written_on, language, month_first=month_first)
            for clause in clauses(sentence, numbers)
            for found in _in_clause(clause, numbers, language)
        ]
        plain = _reconciled(in_sentence)
        heard.extend(plain or _hinted(sentence, numbers, written_on, language))
    return (*heard, *_remittance(text))


def summed_up(heard: Sequence[Heard]) -> tuple[FoundIntent, ...]:
    """Each intent once, the most important first, with its best quote and all its invoices."""
    found = []
    for intent in SEVERITY:
        said = [h for h in heard if h.intent is intent and h.confidence >= MIN_CONFIDENCE]
        if not said:
            continue
        best = max(said, key=lambda h: h.confidence)
        invoices = tuple(dict.fromkeys(number for h in said for number in h.invoices))
        found.append(FoundIntent(intent, round(best.confidence, 2), best.quote, invoices))
    # A faint hint of something grave does not push a plain statement aside.
    return tuple(sorted(found, key=lambda f: f.confidence < 0.6))


def day_of(heard: Sequence[Heard], intent: Intent) -> date | None:
    """The one day said for an intent; None when none or several were."""
    days = {h.day for h in heard if h.intent is intent and h.day is not None}
    return days.pop() if len(days) == 1 else None


def _in_clause(clause: str, numbers: Sequence[str], language: str) -> Iterator[Heard]:
    folded = fold(clause).replace("’", "'")
    invoices = invoices_in(clause, numbers)
    for lexicon in _lexicons(language):
        statement = weigh(folded, lexicon, is_question="?" in clause)
        for intent, confidence in statement.scores.items():
            yield Heard(intent, confidence, clause, invoices)


def _hinted(
    sentence: str, numbers: Sequence[str], written_on: date, language: str
) -> Iterator[Heard]:
    """What a sentence without a telling phrase may mean; enough to propose, never to apply."""
    invoices = invoices_in(sentence, numbers)
    if "?" in sentence:
        yield Heard(Intent.QUESTION, _HINT, sentence, invoices)
    elif _PAYMENT.search(fold(sentence)):
        day = one_date(find_dates(sentence, written_on, language, Direction.FUTURE))
        if day is not None and written_on < day <= written_on + timedelta(MAX_PROMISE_DAYS):
            yield Heard(Intent.PROMISE_TO_PAY, _HINT, sentence, invoices, day)


def _remittance(text: str) -> Iterator[Heard]:
    """A list of amounts under the headings of a payment notice, which no sentence contains."""
    headings = {match[0] for match in _HEADINGS.finditer(fold(text))}
    if len(headings) >= _FEW_HEADINGS and len(_CENTS.findall(text)) > 1:
        yield Heard(Intent.REMITTANCE_ADVICE, _LISTED, text.strip().split("\n", 1)[0])


def _lexicons(language: str) -> tuple[Lexicon, ...]:
    """The rules of the language; where it is unknown those of the two main ones."""
    known = _LEXICONS.get(language)
    return (known,) if known is not None else (FRENCH, ENGLISH)


def with_day(heard: Heard, written_on: date, language: str, *, month_first: bool | None) -> Heard:
    """The statement with the one day that its words name, when the intent has a day."""
    if heard.intent not in {Intent.PAID, Intent.PROMISE_TO_PAY, Intent.REMITTANCE_ADVICE}:
        return heard
    future = heard.intent is Intent.PROMISE_TO_PAY
    direction = Direction.FUTURE if future else Direction.PAST
    day = one_date(
        find_dates(heard.quote, written_on, language, direction, month_first=month_first)
    )
    return replace(
        heard, day=day if day and _is_plausible(day, written_on, future=future) else None
    )


def _is_plausible(day: date, written_on: date, *, future: bool) -> bool:
    if future:
        return written_on <= day <= written_on + timedelta(MAX_PROMISE_DAYS)
    # Bank days: an order given today carries the day after tomorrow.
    return written_on - timedelta(MAX_PAID_DAYS) <= day <= written_on + timedelta(5)


def _reconciled(heard: list[Heard]) -> list[Heard]:
    """One sentence about one thing is either paid or promised, not both."""
    paid = [h for h in heard if h.intent is Intent.PAID]
    promised = [h for h in heard if h.intent is Intent.PROMISE_TO_PAY]
    clash = [(p, q) for p in paid for q in promised if p.quote == q.quote]
    for p, q in clash:
        weaker = p if p.confidence < q.confidence else q
        heard = [h for h in heard if h is not weaker]
    return heard
