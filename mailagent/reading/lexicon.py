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
    paid, promise = scores.get(Intent.PAID, 0.0), scores.get(Intent.PROMISE_TO_PAY, 0.0)
    if guards & {Guard.NOT_PAID, Guard.FAILED, Guard.OBLIGATION}:
        paid *= 0.2
    if Guard.FUTURE in guards and promise:
        paid *= 0.3  # "sera payé", "le virement part demain"
    if Guard.CONDITION in guards:
        paid, promise = paid * 0.3, promise * 0.4
        if Guard.CORRECTION in guards:
            scores[Intent.DISPUTE] = max(scores.get(Intent.DISPUTE, 0.0), 0.7)
    if Guard.FAILED in guards:
        promise *= 0.8
    if Guard.PARTIAL in guards:
        paid, promise = paid * 0.8, promise * 0.8
    if Guard.ASKED in guards:
        paid = max(paid, 0.7)
    elif is_question:
        paid, promise = paid * 0.5, promise * 0.5
        scores[Intent.DISPUTE] = scores.get(Intent.DISPUTE, 0.0) * 0.7
    if Guard.REFUSED in guards:
        promise *= 0.2
        scores[Intent.DISPUTE] = max(scores.get(Intent.DISPUTE, 0.0), 0.7)
    if Guard.NO_DISPUTE in guards:
        scores[Intent.DISPUTE] = scores.get(Intent.DISPUTE, 0.0) * 0.2
    scores[Intent.PAID], scores[Intent.PROMISE_TO_PAY] = paid, promise
    return {intent: round(score, 3) for intent, score in scores.items() if score >= 0.2}


@cache
def _pattern(source: str) -> re.Pattern[str]:
    return re.compile(source)
