"""The model's opinion as statements: what one acts on, in which words, about which invoices."""

from __future__ import annotations

import pytest

from mailagent.core.mail import Intent
from mailagent.reading.opinion import Opinion
from mailagent.reading.statements import Heard
from mailagent.reading.trained import intents_of, statements

TEXT = "Bonjour, la F-101 est payée depuis lundi, mais la F-102 est fausse. Merci."
NUMBERS = ("F-101", "F-102")


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def opinion(first: dict[Intent, float], said: dict[Intent, float], **spans: str) -> Opinion:
    every = [intent for intent in Intent if intent is not Intent.BOUNCE]
    return Opinion(
        first=dict.fromkeys(every, 0.0) | first,
        said=dict.fromkeys(every, 0.0) | said,
        spans=dict.fromkeys(every, ()) | {Intent(k): (span(v),) for k, v in spans.items()},
    )


BOTH = opinion(
    {Intent.DISPUTE: 0.7, Intent.PAID: 0.2},
    {Intent.DISPUTE: 0.9, Intent.PAID: 0.8, Intent.QUESTION: 0.3},
    paid="est payée depuis lundi",
    dispute="est fausse",
)


def test_each_statement_has_its_clause_and_its_invoices() -> None:
    found = intents_of(BOTH, statements(BOTH, TEXT, NUMBERS), ())
    assert [(f.intent, f.confidence, f.invoices) for f in found] == [
        (Intent.DISPUTE, 0.7, ("F-102",)),
        (Intent.PAID, 0.8, ("F-101",)),
    ]
    assert all(f.quote in TEXT for f in found)


def test_what_one_acts_on_comes_first_and_the_rest_by_severity() -> None:
    every = dict.fromkeys(
        (Intent.PROMISE_TO_PAY, Intent.PAID, Intent.OBJECTION, Intent.QUESTION), 0.9
    )
    found = intents_of(opinion({Intent.PAID: 0.6}, every), (), ())
    assert [f.intent for f in found] == [
        Intent.PAID,
        Intent.OBJECTION,
        Intent.PROMISE_TO_PAY,
        Intent.QUESTION,
    ]


def test_other_gives_way_to_a_statement() -> None:
    unsure = opinion({Intent.OTHER: 0.5, Intent.PROMISE_TO_PAY: 0.3}, {Intent.PROMISE_TO_PAY: 0.6})
    assert [f.intent for f in intents_of(unsure, (), ())] == [Intent.PROMISE_TO_PAY]


def test_a_mail_that_states_nothing_is_still_something() -> None:
    found = intents_of(opinion({Intent.OTHER: 0.9}, {Intent.OTHER: 0.9}), (), ())
    assert [f.intent for f in found] == [Intent.OTHER]


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_rules_may_add_what_is_grave(confidence: float) -> None:
    rules = (Heard(Intent.INSOLVENCY, confidence, "liquidation judiciaire"),)
    found = intents_of(BOTH, (), rules)
    assert found[-1].intent is Intent.INSOLVENCY
    assert found[-1].quote == "liquidation judiciaire"


@pytest.mark.parametrize(
    "heard",
    [
        Heard(Intent.INSOLVENCY, 0.6, "x"),
        Heard(Intent.PAID, 0.95, "x"),
        Heard(Intent.OTHER, 1, "x"),
    ],
)
def test_rules_add_nothing_faint_and_nothing_harmless(heard: Heard) -> None:
    first = opinion({Intent.QUESTION: 0.9}, {Intent.QUESTION: 0.9})
    assert [f.intent for f in intents_of(first, (), (heard,))] == [Intent.QUESTION]


def test_without_words_the_beginning_of_the_mail_is_the_evidence() -> None:
    silent = opinion({Intent.PAID: 0.9}, {Intent.PAID: 0.9})
    (found,) = intents_of(silent, statements(silent, TEXT, NUMBERS), ())
    assert found.quote == TEXT[:200]
