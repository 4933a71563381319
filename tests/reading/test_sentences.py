from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.reading.sentences import clauses, invoices_in, sentences

NUMBERS = ("F-101", "F-102", "FA-2026-0042", "12", "20418")

STATEMENTS = [
    ("F-101 est payée, F-102 le prix est faux.", ["F-101 est payée", "F-102 le prix est faux."]),
    ("F-101 et F-102 sont payées.", ["F-101, F-102 sont payées."]),
    (
        "La F-101 est payée mais la F-102 est fausse.",
        ["La F-101 est payée", "mais la F-102 est fausse."],
    ),
    (
        "Invoice F-101 was paid and invoice F-102 is disputed",
        ["Invoice F-101 was paid", "F-102 is disputed"],
    ),
    ("C'est payé, merci.", ["C'est payé, merci."]),
]


@pytest.mark.parametrize(("sentence", "expected"), STATEMENTS)
def test_a_sentence_about_two_invoices_is_two_statements(sentence, expected):
    assert list(clauses(sentence, NUMBERS)) == expected


NAMED = [
    ("la FA-2026-0042", ("FA-2026-0042",)),
    ("fa 2026/0042 payée", ("FA-2026-0042",)),
    ("f-101", ("F-101",)),
    ("le 12 mars", ("12",)),  # a short number must at least stand alone
    ("le 2012", ()),
    ("facture n° 20418.", ("20418",)),
    ("120418", ()),
    ("", ()),
]


@pytest.mark.parametrize(("text", "expected"), NAMED)
def test_open_invoices_are_found_however_they_are_punctuated(text, expected):
    assert invoices_in(text, NUMBERS) == expected


def test_amounts_and_dates_do_not_end_a_sentence():
    text = "J'ai payé 1.234,56 € le 15.03. par virement. Merci M. Martin."
    assert sentences(text)[0] == "J'ai payé 1.234,56 € le 15.03. par virement."


def test_a_wrapped_line_is_one_sentence():
    text = "Nous avons bien reçu votre relance et nous vous confirmons que\nla facture est payée.\nMerci"
    assert sentences(text)[0].endswith("la facture est payée.")


@given(st.text(max_size=300))
def test_each_sentence_stands_in_the_text(text):
    squeezed = "".join(text.split())
    for sentence in sentences(text):
        assert "".join(sentence.split()) in squeezed
