"""Texts made to exhaust the reader: no pattern can explode, and the work has a ceiling."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from mailagent.core.mail import Machine, ParsedMail
from mailagent.message.parse import as_mail
from mailagent.reading import (
    amounts,
    bank,
    facts,
    instalments,
    language,
    machines,
    policy,
    sentences,
    statements,
)
from mailagent.reading.date_grammar import grammar
from mailagent.reading.date_words import WORDS
from mailagent.reading.statements import _LEXICONS
from mailagent.reading.understand import MAX_READ, understand
from tests.effort import calls, explosive


def patterns() -> Iterator[tuple[str, str]]:
    for module in (
        amounts,
        bank,
        facts,
        instalments,
        language,
        machines,
        policy,
        sentences,
        statements,
    ):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", value.pattern
    for code, lexicon in _LEXICONS.items():
        for intent, rules in lexicon.intents.items():
            yield from ((f"{code}.{intent}.{i}", source) for i, (_, source) in enumerate(rules))
        yield from ((f"{code}.{guard}", source) for guard, source in lexicon.guards.items())
    for code, words in WORDS.items():
        for number, (pattern, _) in enumerate(grammar(words)):
            yield f"{code}.date.{number}", pattern.pattern


@pytest.mark.parametrize(("name", "pattern"), list(patterns()), ids=[n for n, _ in patterns()])
def test_no_pattern_repeats_a_repetition_without_end(name, pattern):
    assert not explosive(pattern), name


def read(mail: ParsedMail) -> object:
    return understand(mail, ("F-101",), date(2026, 3, 3), "Europe/Paris", "EUR")


@pytest.mark.parametrize(
    "unit", ["payé le 15. ", "1 234 ", "le 3 mars ou ", "F-101, ", "a  ", "? "]
)
def test_the_work_has_a_ceiling(unit):
    read(as_mail("", unit))  # patterns are compiled once
    full = calls(lambda: read(as_mail("", unit * (MAX_READ // len(unit)))))
    more = calls(lambda: read(as_mail("", unit * (10 * MAX_READ // len(unit)))))
    assert more < 1.5 * full + 20_000


@pytest.mark.parametrize("machine", [None, *Machine])
def test_long_lines_of_nothing_are_read_too(machine):
    for text in (" " * 30_000 + "x", "a" * 30_000, "\n \n" * 10_000, "." * 30_000, "1" * 30_000):
        assert read(replace(as_mail("", text), machine=machine))
