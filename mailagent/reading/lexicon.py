"""Weighted phrase rules: which words say which intent, and which words take it back.

A rule adds evidence to one statement; guards (negation, condition, failure, future) decide what
the words of payment mean there. Precision comes first: a statement that two rules read
differently ends with low confidence, and a person looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from mailagent.core.mail import Intent


class Guard(StrEnum):
    """What turns the meaning of a statement about payment."""

    NOT_PAID = "not_paid"  # "pas encore payé", "has not been paid"
    FAILED = "failed"  # rejected, bounced, lost
    FUTURE = "future"  # will, is scheduled
    CONDITION = "condition"  # if, as soon as, once
    PARTIAL = "partial"  # a part, except, the rest
    OBLIGATION = "obligation"  # must be, should have been, supposedly
    ASKED = "asked"  # "have you received our transfer?" says that it was sent
    CORRECTION = "correction"  # credit note, repair, corrected invoice
    REFUSED = "refused"  # "we will not pay": no promise at all
    NO_DISPUTE = "no_dispute"  # "nothing to contest", "the matter is closed"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The rules of one or several languages: patterns over folded text, with weights."""

    intents: Mapping[Intent, tuple[tuple[float, str], ...]]
    guards: Mapping[Guard, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one clause says."""

    scores: Mapping[Intent, float]  # 0..1
    guards: frozenset[Guard] = field(default_factory=frozenset)


_CUT = 0.97  # rules are never certain


def weigh(folded: str, lexicon: Lexicon, *, is_question: bool) -> Statement:
    """The evidence in one clause, given without accents and in lower case."""
    scores = {
        intent: _combined(w for w, source in rules if _pattern(source).search(folded))
        for intent, rules in lexicon.intents.items()
    }
    guards = frozenset(g for g, source in lexicon.guards.items() if _pattern(source).search(folded))
    return Statement(_guarded(scores, guards, is_question=is_question), guards)


def _combined(weights: Iterable[float]) -> float:
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight
    return min(1 - doubt, _CUT)


def _guarded(
    scores: dict[Intent, float], guards: frozenset[Guard], *, is_question: bool
) -> dict[Intent, float]:
    """Scores after the words that take them back."""
    asks = is_question and Guard.ASKED not in guards
    paid = _paid(
        scores.get(Intent.PAID, 0.0), guards, promised=bool(scores.get(Intent.PROMISE_TO_PAY))
    )
    promise = _promise(scores.get(Intent.PROMISE_TO_PAY, 0.0), guards)
    dispute = _dispute(scores.get(Intent.DISPUTE, 0.0), guards, asks=asks)
    if asks:
        paid, promise = paid * 0.5, promise * 0.5
    sure = scores | {
        Intent.PAID: paid,
        Intent.PROMISE_TO_PAY: promise,
        Intent.DISPUTE: dispute,
    }
    return {intent: round(score, 3) for intent, score in sure.items() if score >= 0.2}


def _paid(score: float, guards: frozenset[Guard], *, promised: bool) -> float:
    if guards & {Guard.NOT_PAID, Guard.FAILED, Guard.OBLIGATION}:
        score *= 0.2
    if Guard.FUTURE in guards and promised:
        score *= 0.3  # "sera payé", "le virement part demain"
    if Guard.CONDITION in guards:
        score *= 0.3
    if Guard.PARTIAL in guards:
        score *= 0.8
    return max(score, 0.7) if Guard.ASKED in guards else score


def _promise(score: float, guards: frozenset[Guard]) -> float:
    for guard, factor in (
        (Guard.CONDITION, 0.4),
        (Guard.FAILED, 0.8),
        (Guard.PARTIAL, 0.8),
        (Guard.REFUSED, 0.2),
    ):
        if guard in guards:
            score *= factor
    return score


def _dispute(score: float, guards: frozenset[Guard], *, asks: bool) -> float:
    if {Guard.CONDITION, Guard.CORRECTION} <= guards:
        score = max(score, 0.7)
    if asks:
        score *= 0.7
    if Guard.REFUSED in guards:
        score = max(score, 0.7)
    return score * 0.2 if Guard.NO_DISPUTE in guards else score


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)
