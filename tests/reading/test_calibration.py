"""A temperature makes confidence mean what it says, and changes no answer."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mailagent.reading.training.calibration import Answers, temperatures
from mailagent.reading.training.corpus import INTENTS, read_line
from mailagent.reading.training.examples import Example

SHARE_RIGHT = 0.75


def example(lang: str, first: int) -> Example:
    line = {
        "lang": lang,
        "subject": "s",
        "body": "x",
        "sent_at": "2026-03-03T09:00:00+01:00",
        "intents": [{"intent": INTENTS[first].value, "quote": "x"}],
        "writer": "w",
        "family": "f",
    }
    return Example(read_line(json.dumps(line), "here:1"), (0, 2, 2), first, (first,), (-100,) * 3)


def test_each_group_is_cooled_to_its_share_of_right_answers() -> None:
    """French: 3 of 4 right, said with near certainty. German: always right, said with doubt."""
    french = [example("fr", int(n % 4 == 3)) for n in range(400)]
    german = [example("de", 0) for _ in range(100)]
    logits = np.zeros((500, len(INTENTS)), np.float32)
    logits[:400, 0], logits[400:, 0] = 9.0, 2.0

    found = temperatures([*french, *german], Answers(logits, logits))

    assert set(found) == {"fr", "other"}
    cooled = np.exp(logits[0] / found["fr"]["first"])
    assert cooled[0] / cooled.sum() == pytest.approx(SHARE_RIGHT, abs=0.12)
    assert found["fr"]["first"] > 1 > found["other"]["first"]
    assert found["other"]["said"] < 1
