"""docs/ names every word that commands and JSON print."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.mail import Flag, Intent
from mailagent.core.outbox import OutboxState
from mailagent.core.plan import SilenceReason
from mailagent.core.standing import StandingKind

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("words", "page"),
    [
        (Filing, "glossary.md"),
        (Flag, "glossary.md"),
        (HoldReason, "glossary.md"),
        (Intent, "glossary.md"),
        (SilenceReason, "glossary.md"),
        (StandingKind, "glossary.md"),
        (OutboxState, "how-it-works.md"),
    ],
)
def test_every_word_is_explained(words: type[Enum], page: str) -> None:
    text = (DOCS / page).read_text("utf-8")

    assert [word.value for word in words if f"`{word.value}`" not in text] == []
