"""Strings that could be invoice numbers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.invoice import normalise_number
from mailagent.core.numbers import LIMIT, find_numbers


@pytest.mark.parametrize(
    "text",
    [
        "FA-2026-0042",
        "facture FA-2026-0042.",
        "FA 2026-0042",
        "fa2026/0042",
        "n° FA-2026-0042",
        "nº FA-2026-0042",
        "nºFA-2026-0042",
        "N°FA-2026-0042",
        "FA 2026 0042",
        "FA - 2026 - 0042",
        "FA-2026‑0042",  # a dash that does not break
        "FA–2026–0042",
        "FA.2026.0042",
        "FA_2026_0042",
        "(FA-2026-0042)",
        "[FA-2026-0042]",
        "Facture_FA-2026-0042.pdf is not joined with the file's kind: FA-2026-0042.pdf",
        "réf:FA-2026-0042,",
        "FA-2026-0041/FA-2026-0042",
        "FA-2026-0042.Merci",
        "Ihre Rechnung FA-2026-0042 vom 12.03.2026 über 1.200,00 €",
        "> > FA-2026-0042",
        "fa\u00a02026-0042",
    ],
)
def test_all_spellings_of_a_number_meet(text: str) -> None:
    assert "FA20260042" in find_numbers(text)


@pytest.mark.parametrize(
    ("text", "unwanted"),
    [
        ("il reste 1042,50 à payer", "1042"),  # an amount
        ("il reste 1042 €", "1042"),
        ("il reste 1042 EUR", "1042"),
        ("FA-2026-0042", "0042"),  # a part of a number
        ("FA-2026-0042", "2026"),
        ("le 15 à 10 h", "15"),  # too short
        ("FA-2026\n0042", "FA20260042"),  # two lines
        ("FA, 2026-0042", "FA20260042"),  # kept apart
    ],
)
def test_what_is_no_number_stays_out(text: str, unwanted: str) -> None:
    assert unwanted not in find_numbers(text)


def test_numbers_come_in_the_order_of_the_text_and_once() -> None:
    assert find_numbers("FA-0002, FA-0001, FA-0002") == ("FA0002", "FA0001")


def test_no_more_than_the_limit_is_kept() -> None:
    assert len(find_numbers(" ; ".join(f"FA-{n:06}" for n in range(1000)))) == LIMIT


@given(st.text())
def test_any_text_gives_normalised_numbers(text: str) -> None:
    for number in find_numbers(text):
        assert normalise_number(number) == number
        assert 4 <= len(number) <= 40


@given(st.from_regex(r"[A-Z]{1,4}[-/ ]?20\d\d[-/ ]\d{3,6}", fullmatch=True))
def test_a_number_is_found_in_a_sentence_as_it_is_printed(number: str) -> None:
    assert normalise_number(number) in find_numbers(f"Bonjour, votre facture {number} est payée")


@pytest.mark.parametrize(
    "hostile", ["1-" * 500_000, "a" * 1_000_000, "1 " * 500_000, "> " * 500_000, "1,1," * 250_000]
)
def test_a_megabyte_of_nonsense_takes_no_time(hostile: str) -> None:
    start = time.process_time()
    find_numbers(hostile)
    assert time.process_time() - start < 2
