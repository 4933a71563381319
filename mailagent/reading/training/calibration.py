"""Temperatures: how much surer the network sounds than it is, per group of languages.

One number that divides all logits (Guo et al. 2017); it changes no answer. Fitted on mail that the network
did not learn from, by writers it did not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mailagent.reading.training.examples import Example

Array = npt.NDArray[np.float32]

_OWN = ("fr", "en")  # languages with mail enough for a temperature of their own
_GRID = np.geomspace(0.3, 3.0, 70)


@dataclass(frozen=True, slots=True)
class Answers:
    """Logits, one row per example."""

    first: Array
    said: Array


def temperatures(examples: Sequence[Example], answers: Answers) -> dict[str, dict[str, float]]:
    """For `fr`, `en` and `other`: the temperatures of `first` and of `said`."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        rows[example.line.lang if example.line.lang in _OWN else "other"].append(row)
    return {
        group: _fitted(
            [examples[row] for row in rows[group]],
            answers.first[rows[group]],
            answers.said[rows[group]],
        )
        for group in (*_OWN, "other")
        if rows[group]
    }


def _fitted(examples: Sequence[Example], first: Array, said: Array) -> dict[str, float]:
    right = np.array([example.first for example in examples])
    truth = np.zeros(said.shape)
    for row, example in enumerate(examples):
        truth[row, list(example.said)] = 1
    return {
        "first": _best(lambda t: _cross_entropy(first / t, right)),
        "said": _best(lambda t: _binary_cross_entropy(said / t, truth)),
    }


def _best(loss: Callable[[float], float]) -> float:
    return round(float(min(_GRID, key=loss)), 3)


def _cross_entropy(logits: npt.NDArray[np.floating], right: npt.NDArray[np.int64]) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-shares[np.arange(len(right)), right].mean())


def _binary_cross_entropy(
    logits: npt.NDArray[np.floating], truth: npt.NDArray[np.floating]
) -> float:
    return float((np.logaddexp(0, logits) - truth * logits).mean())
