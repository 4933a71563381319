"""Tokens: signed, deterministic, and readable after what mail servers do to addresses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.message.tokens import Tokens, subject_token

KEY = b"0123456789abcdef0123456789abcdef"
tokens = Tokens(KEY)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_address_token_comes_back(outbox_id):
    token = tokens.address_token(outbox_id)
    assert re.fullmatch(r"[a-z2-7]+", token)
    assert len(token) <= 29
    assert tokens.read_address(f"billing+{token}@example.fr") == outbox_id


@pytest.mark.parametrize("change", [str.upper, str.title, str.swapcase])
def test_case_of_the_address_does_not_matter(change):
    address = f"billing+{tokens.address_token(42)}@example.fr"
    assert tokens.read_address(change(address)) == 42


def test_token_is_read_behind_an_earlier_plus_and_a_rewritten_return_path():
    token = tokens.address_token(42)
    assert tokens.read_address(f"billing+paris+{token}@example.fr") == 42
    assert tokens.read_address(f"SRS0=aB3x=Q7=example.fr=billing+{token}@relay.test") == 42


@pytest.mark.parametrize(
    "address",
    [
        "",
        "billing@example.fr",
        "billing+@example.fr",
        "billing+news@example.fr",
        "billing+ééé@example.fr",
        "billing+abc\x00def@example.fr",
        "billing+" + "a" * 500 + "@example.fr",
        "+@",
        "no at sign",
    ],
)
def test_foreign_addresses_have_no_token(address):
    assert tokens.read_address(address) is None


def test_each_changed_character_breaks_the_signature():
    token = tokens.address_token(42)
    for place, character in enumerate(token):
        other = "a" if character != "a" else "b"
        forged = token[:place] + other + token[place + 1 :]
        assert tokens.read_address(f"billing+{forged}@example.fr") is None


def test_token_of_another_installation_is_refused():
    other = Tokens(b"another key, as long as it must be")
    assert tokens.read_address(f"b+{other.address_token(42)}@example.fr") is None


@given(st.text(max_size=60))
def test_reading_any_address_never_fails(local):
    tokens.read_address(f"{local}@example.fr")


def test_message_id_is_deterministic_short_and_says_nothing():
    first = tokens.message_id("acme", "C-17", "d+10", 0, "example.fr")
    assert first == Tokens(KEY).message_id("acme", "C-17", "d+10", 0, "example.fr")
    assert re.fullmatch(r"<[a-z2-7]{26}@example\.fr>", first)


def test_message_id_differs_for_each_part_of_the_key():
    ids = {
        tokens.message_id(*key, "example.fr")
        for key in [
            ("acme", "C-17", "d+10", 0),
            ("acme", "C-17", "d+10", 1),
            ("acme", "C-17", "d+20", 0),
            ("acme", "C-18", "d+10", 0),
            ("acmeC", "-17", "d+10", 0),
        ]
    }
    assert len(ids) == 5


@pytest.mark.parametrize(
    "domain",
    ["a.fr", "x" * 28 + ".fr", "etablissements-dupont-et-fils-associes.example.fr", "société.fr"],
)
def test_message_id_stays_within_sixty_characters(domain):
    message_id = tokens.message_id("acme", "C-17", "d+10", 0, domain)
    assert len(message_id) <= 60
    assert message_id.isascii()
    assert re.fullmatch(r"<[a-z2-7]{26}@[a-z0-9.-]+\.[a-z]+>", message_id)


def test_subject_token_names_a_few_numbers():
    assert subject_token(["FA-2026-0042"]) == "[FA-2026-0042]"
    assert subject_token(["1", "2", "3"]) == "[1, 2, 3]"
    assert subject_token(["1", "2", "3", "4", "5"]) == "[1, 2, 3, +2]"


def test_short_keys_are_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Tokens(b"short")


def test_reply_address_carries_the_token():
    address = tokens.reply_address("billing@example.fr", 42)
    assert address.startswith("billing+")
    assert address.endswith("@example.fr")
    assert tokens.read_address(address) == 42
