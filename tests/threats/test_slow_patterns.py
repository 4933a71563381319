"""Every regular expression that meets a stranger's text, on texts made to slow it down."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from datetime import date

import pytest

import mailagent.core
import mailagent.message
import mailagent.reading
from mailagent.core.company import Company
from mailagent.core.match import find_clues
from mailagent.message.parse import as_mail, parse
from mailagent.reading.understand import understand
from tests.core.make import make_company
from tests.effort import explosive

GUARD = 20.0  # seconds: catches an explosion, measures nothing
LENGTH = 1_000_000
SEEDS = [
    "a", " ", "\t", "\n", ">", "> ", "<", "<a@b", "(", "[", "=?", "=?utf-8?q?", '"', "\\", "'",
    "1", "1 ", "1.", "1,", "1 000", "0-", "FA-", "FA-1/", "FA-1 ", "€", "1€ ", "@", "a@", "a.", "-",
    "--", "_", "*", ":", "le ", "Le 3 mars ", "On 1/1/2026 ", "De : ", "x :", "a écrit ", "re: ",
    "[ext] ", "fwd", "facture ", "iban ", "new iban ", "nouveau rib ", "du 1 au ", "je ", "pas ",
    "ne ", "5.1.", "550 ", "message-id: ", "<br", "&#", "é", "\u00a0", "\u202f", "ticket ", "3 fois ",
    "paid ", "?", "!", ".", ";", "et ", "FA-1 et ", "chf ", "le 15 ", "lundi ", "dans ", "fin ",
]  # fmt: skip


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in (mailagent.core, mailagent.message, mailagent.reading):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, value in vars(importlib.import_module(found.name)).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{found.name.removeprefix('mailagent.')}.{name}", value


PATTERNS = dict(patterns())
# A repetition stands in a repetition, but each round begins with a sign the inner one cannot hold.
SEPARATED = {"core.numbers._WORD", "message.leak._ADDRESS", "message.render._BLANK_LINES"}


@pytest.mark.parametrize("name", sorted(PATTERNS.keys() - SEPARATED))
def test_no_pattern_repeats_a_repetition_without_end(name: str):
    assert not explosive(PATTERNS[name].pattern)


def test_there_are_patterns():
    assert len(PATTERNS) > 100


@pytest.mark.parametrize("seed", SEEDS, ids=repr)
def test_a_megabyte_of_anything_is_read_in_seconds(seed: str):
    """As a mail comes: parsed, its clues found, its words understood."""
    text = (seed * (LENGTH // len(seed) + 1))[:LENGTH]
    company: Company = make_company()
    began = time.monotonic()
    for mail in (
        parse(f"From: a@b.example\nSubject: {seed.strip() * 50}\n\n{text}".encode()),
        parse(
            f"From: {text[:60_000]}\nSubject: {text[:60_000]}\nReferences: {text[:60_000]}\n"
            f"Content-Type: text/html\n\n<p>{text}".encode()
        ),
        as_mail(text[:1000], text[:100_000].replace(" ", "\n")),
    ):
        find_clues(mail, lambda _: None, company)
        understand(mail, ("FA-2026-0042",), date(2026, 3, 10), "Europe/Paris", "EUR")
    assert time.monotonic() - began < GUARD
