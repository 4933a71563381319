"""What a trained model makes of a mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mailagent.core.mail import Intent


class NoModel(Exception):
    """There is no usable model; the message says why."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """Probabilities are calibrated."""

    first: Mapping[Intent, float]  # to be what one acts on; they sum to 1
    said: Mapping[Intent, float]  # to be said at all
    spans: Mapping[Intent, tuple[tuple[int, int], ...]]  # in the new text, best first


class Model(Protocol):
    """Whatever forms opinions."""

    @property
    def version(self) -> str:
        """As decisions quote it."""

    def read(self, subject: str, text: str, language: str) -> Opinion:
        """What a mail says. `text` is the new text only, `language` of it ("" when unknown)."""
