"""The reading is measured on labelled mail; what cannot be measured is told in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import run_main

LINE = {
    "lang": "fr",
    "subject": "Re: FA-12",
    "body": "La facture a été payée hier.",
    "sent_at": "2026-03-03T09:00:00+01:00",
    "intents": [{"intent": "paid", "quote": "a été payée hier"}],
    "writer": "w",
    "family": "f",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    for part in ("test", "traps"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "fr.jsonl").write_text(json.dumps(LINE) + "\n")
    return tmp_path


def test_the_rules_are_measured(corpus: Path) -> None:
    page = corpus / "page.md"

    answer = run_main("model", "evaluate", "--corpus", str(corpus), "--write", str(page))

    assert (answer.code, answer.out) == (0, "")
    assert "| all | 1 | 1.000 | 1.000 | 1.000 |" in page.read_text()


def test_without_mail_there_is_nothing_to_measure(corpus: Path) -> None:
    (corpus / "traps" / "fr.jsonl").unlink()

    answer = run_main("model", "evaluate", "--corpus", str(corpus))

    assert (answer.code, answer.out) == (2, "")
    assert "there is no labelled mail in" in " ".join(answer.err.split())


def test_a_bad_line_is_named(corpus: Path) -> None:
    (corpus / "test" / "fr.jsonl").write_text(json.dumps(LINE) + "\n{\n")

    answer = run_main("model", "evaluate", "--corpus", str(corpus))

    assert answer.code == 2
    assert "fr:2" in answer.err
    assert "Traceback" not in answer.err


def test_a_folder_without_a_model_is_told(corpus: Path) -> None:
    answer = run_main("model", "evaluate", "--corpus", str(corpus), "--model", str(corpus))

    assert answer.code == 2
    assert "cannot be loaded" in " ".join(answer.err.split())
