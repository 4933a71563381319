"""Sequences: the dunning policy as data (config/sequences.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """How a step reaches the customer."""

    EMAIL = "email"
    LETTER = "letter"  # a person posts it
    CALL = "call"  # a person phones
    HAND_OVER = "hand_over"  # a person gives the file to a collector or lawyer


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a sequence."""

    id: str  # "d-3", "d+10"; stable, it is part of the reminder's key
    offset: int  # calendar days from the due date; negative = before
    channel: Channel
    template: str  # folder under templates/LANGUAGE/; empty for steps without a mail
    tone: str = "polite"  # polite, firm, formal
    approval: bool = False  # a person approves each mail of this step, whatever the mode
    attach_invoices: bool = False
    deadline_days: int = 0  # calendar days the mail gives to pay; 0: it names no day
    task: Channel | None = None  # what a person does beside the mail: post it as a letter


@dataclass(frozen=True, slots=True)
class Sequence:
    """Ordered steps for a kind of customer; steps are sorted by offset."""

    id: str
    steps: tuple[Step, ...]
    min_gap: int = 5  # working days between two mails to a customer
    tolerance: int = 500  # minor units: a smaller balance is not chased
    entry: str = ""  # an invoice never reminded begins at this step at the latest; empty: no limit

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None when the sequence no longer has it."""
        return next((s for s in self.steps if s.id == step_id), None)

    def position(self, step_id: str) -> int:
        """Place in the sequence; -1 for an unknown step."""
        return next((i for i, s in enumerate(self.steps) if s.id == step_id), -1)
