"""The labelled mails keep the labelling guide, and what measures is apart from what teaches."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mailagent.core.mail import Intent
from mailagent.reading.training.corpus import (
    INTENTS,
    LANGUAGES,
    BadLine,
    Line,
    read_corpus,
    read_line,
)

CORPUS = Path(__file__).parents[2] / "corpus"
PARTS = ("train", "test", "traps")
GOOD = {
    "lang": "fr",
    "subject": "Re: FA-12",
    "body": "Payé hier, pour la FA-12.",
    "sent_at": "2026-03-03T09:00:00+01:00",
    "open": ["FA-12"],
    "intents": [{"intent": "paid", "quote": "Payé hier", "invoices": ["FA-12"]}],
    "fields": {"paid_date": "2026-03-02", "amount": 12000, "currency": "EUR"},
    "writer": "w",
    "family": "f",
}


@cache
def lines(part: str) -> list[Line]:
    return list(read_corpus(CORPUS / part))


def words_of(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_a_good_line_is_read_whole() -> None:
    line = read_line(json.dumps(GOOD), "here:1")

    assert line.first is Intent.PAID
    assert line.said[0].invoices == ("FA-12",)
    assert line.fields["amount"] == 12000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"intents": [{"intent": "paid", "quote": "paid yesterday"}]}, "not in the mail"),
        ({"intents": [{"intent": "rich", "quote": "Payé"}]}, "rich"),
        ({"intents": [{"intent": "bounce", "quote": "Payé"}]}, "people's mail"),
        ({"intents": []}, "no intent"),
        (
            {"intents": [{"intent": i, "quote": "Payé"} for i in ("other", "paid")]},
            "`other` stands alone",
        ),
        (
            {"intents": [{"intent": "paid", "quote": "Payé", "invoices": ["FA-13"]}]},
            "not among the open invoices",
        ),
        ({"fields": {"paid_date": "yesterday"}}, "no date"),
        ({"fields": {"amount": 12.5, "currency": "EUR"}}, "minor units"),
        ({"fields": {"amount": 1250}}, "minor units"),
        ({"fields": {"colour": "red"}}, "unknown fields"),
        ({"fields": {"reason": "mood"}}, "reason mood"),
        ({"lang": "pl"}, "language pl"),
        ({"sent_at": "2026-03-03T09:00:00"}, "offset"),
        ({"note": "x"}, "unknown keys"),
        ({"body": None}, "TypeError"),
    ],
)
def test_a_wrong_line_says_where_and_what(change: dict[str, object], words: str) -> None:
    with pytest.raises(BadLine, match="here:7: .*" + re.escape(words)):
        read_line(json.dumps({**GOOD, **change}), "here:7")


def test_a_missing_key_is_named() -> None:
    with pytest.raises(BadLine, match="writer"):
        read_line(json.dumps({k: v for k, v in GOOD.items() if k != "writer"}), "here:1")


@pytest.mark.parametrize("part", ["test", "traps"])
def test_no_writer_and_no_family_both_teaches_and_measures(part: str) -> None:
    taught, measured = lines("train"), lines(part)

    assert {line.writer for line in measured}.isdisjoint(line.writer for line in taught)
    assert {line.family for line in measured}.isdisjoint(line.family for line in taught)


def test_no_mail_is_there_twice() -> None:
    seen = Counter(
        (words_of(line.subject), words_of(line.body)) for part in PARTS for line in lines(part)
    )
    assert [mail for mail, count in seen.items() if count > 1] == []


def test_there_is_enough_to_learn_from_and_to_measure_with() -> None:
    taught = Counter(line.lang for line in lines("train"))
    assert taught.total() >= 6000
    assert taught["fr"] >= 2200
    assert taught["en"] >= 1500
    assert min(taught[lang] for lang in LANGUAGES) >= 400
    assert len(lines("test")) >= 900
    assert len(lines("traps")) >= 400


def test_every_language_has_every_intent_to_learn_from() -> None:
    found = Counter((line.lang, said.intent) for line in lines("train") for said in line.said)
    wanted = {"fr": 150, "en": 100}
    few = {
        f"{lang} {intent}: {found[lang, intent]}"
        for lang in LANGUAGES
        for intent in INTENTS
        if found[lang, intent] < wanted.get(lang, 25)
    }
    assert few == set()
