"""What the trained model makes of a mail, in the same statements as the rules: intent, words, invoices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mailagent.core.mail import FoundIntent, Intent
from mailagent.reading.opinion import Opinion
from mailagent.reading.sentences import clauses, invoices_in, sentences
from mailagent.reading.statements import SEVERITY, STOPS, Heard

SAID = 0.5  # probability from which an intent is a statement of the mail
LIKELY = 0.8  # from which the rules are heard beside the model
MAX_STATEMENTS = 12  # of one intent; a list of fifty invoices is one statement to a reader


def statements(opinion: Opinion, text: str, numbers: Sequence[str]) -> tuple[Heard, ...]:
    """What is said, with the clause that says it as the quote."""
    return tuple(
        heard
        for intent, confidence in _stated(opinion).items()
        for heard in _with_words(intent, confidence, opinion, text, numbers)
    )


def intents_of(
    opinion: Opinion, heard: Sequence[Heard], rules: Sequence[Heard]
) -> tuple[FoundIntent, ...]:
    """Each intent once: what one acts on, then by severity; the rules may add what is grave."""
    stated = _stated(opinion)
    first, *_ = stated
    order = (first, *(i for i in SEVERITY if i in stated), *stated)
    found = [_found(intent, stated[intent], heard) for intent in dict.fromkeys(order)]
    grave = dict.fromkeys(h.intent for h in rules if h.intent in STOPS and h.confidence >= LIKELY)
    found += [_found(intent, LIKELY, rules) for intent in grave if intent not in stated]
    return tuple(found)


def _stated(opinion: Opinion) -> dict[Intent, float]:
    """The intents of a mail with their probabilities, what one acts on first; `other` only alone."""
    said = {i: p for i, p in opinion.said.items() if p >= SAID and i is not Intent.OTHER}
    is_other = _likeliest(opinion, opinion.first) is Intent.OTHER
    first = _likeliest(opinion, said if is_other and said else opinion.first)
    return {first: opinion.first[first], **{i: p for i, p in said.items() if i is not first}}


def _likeliest(opinion: Opinion, among: Iterable[Intent]) -> Intent:
    return max(among, key=opinion.first.__getitem__)


def _with_words(
    intent: Intent, confidence: float, opinion: Opinion, text: str, numbers: Sequence[str]
) -> Iterator[Heard]:
    """One statement for each clause that holds words of the intent; without any, the whole mail."""
    spans = opinion.spans[intent][:MAX_STATEMENTS]
    quotes = [_clause_of(text[start:end], text, numbers) for start, end in spans]
    for quote in dict.fromkeys(quotes or [text[:200]]):
        yield Heard(intent, confidence, quote, invoices_in(quote, numbers))


def _clause_of(words: str, text: str, numbers: Sequence[str]) -> str:
    """The clause that the words stand in; the words themselves when they span several sentences."""
    for sentence in sentences(text):
        if _holds(sentence, words):
            return next((c for c in clauses(sentence, numbers) if _holds(c, words)), sentence)
    return words.strip()


def _holds(text: str, words: str) -> bool:
    return " ".join(words.split()) in " ".join(text.split())


def _found(intent: Intent, confidence: float, heard: Sequence[Heard]) -> FoundIntent:
    said = [h for h in heard if h.intent is intent]
    invoices = tuple(dict.fromkeys(number for h in said for number in h.invoices))
    return FoundIntent(intent, round(confidence, 2), said[0].quote if said else "", invoices)
