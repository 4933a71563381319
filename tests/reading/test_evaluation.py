"""The figures of an evaluation, on cases small enough to count by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mailagent.core.mail import Fields, FoundIntent, Instalments, Intent, Reading, Verdict
from mailagent.reading.training import evaluation
from mailagent.reading.training.corpus import read_line
from mailagent.reading.training.evaluation import Read, Share
from mailagent.reading.training.report import report

PAID, PROMISE, DISPUTE, OTHER = Intent.PAID, Intent.PROMISE_TO_PAY, Intent.DISPUTE, Intent.OTHER


def read(
    said: list[Intent],
    heard: list[tuple[Intent, float]],
    decision: Verdict = Verdict.PROPOSE,
    fields: dict[str, object] | None = None,
    found: Fields | None = None,
    lang: str = "fr",
) -> Read:
    line = {
        "lang": lang,
        "subject": "s",
        "body": "x",
        "sent_at": "2026-03-03T09:00:00+01:00",
        "open": ["F-1", "F-2"],
        "intents": [{"intent": i.value, "quote": "x", "invoices": ["F-1"]} for i in said],
        "fields": fields or {},
        "writer": "w",
        "family": "f",
    }
    intents = tuple(FoundIntent(intent, confidence, "x") for intent, confidence in heard)
    reading = Reading(intents, lang, found or Fields(), decision=decision, model="m")
    return Read(read_line(json.dumps(line), "here:1"), reading)


FOUR = [
    read([PAID], [(PAID, 0.95)], Verdict.APPLY),
    read([PAID], [(PROMISE, 0.95)], Verdict.APPLY),
    read([PROMISE, PAID], [(PROMISE, 0.75), (PAID, 0.55)]),
    read([DISPUTE], [(DISPUTE, 0.35), (PAID, 0.1)], Verdict.ASK, lang="en"),
]


def test_first_intents() -> None:
    scores = evaluation.first_intents(FOUR)
    assert (scores[PAID].precision, scores[PAID].recall, scores[PAID].count) == (1, 0.5, 2)
    assert scores[PROMISE].precision == 0.5
    assert evaluation.macro_f1(FOUR) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_a_mail_in_which_nothing_was_read_counts_as_other() -> None:
    assert read([OTHER], []).is_right


def test_all_intents_count_from_half_a_probability() -> None:
    score = evaluation.all_intents(FOUR)
    assert (score.precision, score.recall, score.count) == (4 / 5, 4 / 5, 5)


def test_applied() -> None:
    assert evaluation.applied(FOUR) == (Share(1, 2), Share(2, 4))
    assert evaluation.wrongly_applied(FOUR) == [FOUR[1]]


def test_a_grave_intent_is_caught_by_a_person_or_by_its_name() -> None:
    lost = read([DISPUTE], [(PAID, 0.99)], Verdict.APPLY)
    named = read([DISPUTE], [(PAID, 0.9), (DISPUTE, 0.6)], Verdict.APPLY)
    assert evaluation.caught([lost, named, FOUR[3]], DISPUTE) == Share(2, 3)


def test_calibration_by_tenths() -> None:
    assert evaluation.calibration(FOUR) == [
        (pytest.approx(0.35), 1.0, 1),
        (pytest.approx(0.75), 1.0, 1),
        (pytest.approx(0.95), 0.5, 2),
    ]
    assert evaluation.calibration_error(FOUR) == pytest.approx((0.65 + 0.25 + 2 * 0.45) / 4)


def test_confusions() -> None:
    assert evaluation.confusions(FOUR) == [(PAID, PROMISE, 1)]


def test_fields_are_exact_missing_or_wrong() -> None:
    wanted = {"promised_date": "2026-03-10", "instalments": {"count": 3}}
    right = Fields(promised_date="2026-03-10", instalments=Instalments(3, None, None))
    reads = [
        read([PROMISE], [(PROMISE, 0.9)], fields=wanted, found=right),
        read([PROMISE], [(PROMISE, 0.9)], fields=wanted, found=Fields()),
        read(
            [PROMISE],
            [(PROMISE, 0.9)],
            fields=wanted,
            found=replace(right, promised_date="2026-04-10"),
        ),
        read([PAID], [(PAID, 0.9)], fields={"reason": "other"}, found=right),
        read([PAID], [(PAID, 0.9)], found=right),  # its fields were not labelled
    ]
    score = evaluation.fields(reads)
    assert score["promised_date"].exact == Share(1, 3)
    assert score["promised_date"].wrong == Share(2, 3)
    assert score["instalments"].exact == Share(2, 3)
    assert score["invoices"].exact == Share(0, 5)


def test_the_page_has_every_figure() -> None:
    page = report(FOUR, FOUR, "m")
    assert "| all | 4 | 0.778 | 0.750 | 0.800 |" in page
    assert "| test | 1 of 2 (0.500) | 2 of 4 (0.500) |" in page
    assert "| `paid` | `promise_to_pay` | 1 |" in page
    assert page.count("\n| here:1 (f) |") == 1
