"""The keys of sequences.toml: the dunning policy."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from mailagent.config.keys import Keys
from mailagent.config.values import NotEmpty, refusal
from mailagent.core.sequence import Channel, Sequence, Step

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+_-]{0,31}$")]
_PERSONAL = frozenset({Channel.LETTER, Channel.CALL, Channel.HAND_OVER})


class StepKeys(Keys):
    """One step."""

    id: Id = Field(
        description="Its name, such as d+10; never change it, it says which reminders were sent."
    )
    offset: int = Field(
        ge=-365, le=3650, description="Calendar days from the due date; negative: before it."
    )
    channel: Channel = Field(
        description="email; or what a person does: letter, call, hand_over (to a collector or lawyer)."
    )
    template: str = Field(
        default="", description="Folder under templates/LANGUAGE with the words; only for email."
    )
    tone: Literal["polite", "firm", "formal"] = Field(
        default="polite", description="formal is the formal notice, the only step that may say so."
    )
    approval: bool = Field(
        default=False, description="A person approves each mail of this step, whatever the mode."
    )
    attach_invoices: bool = Field(
        default=False, description="The PDFs of the invoices go with the mail."
    )
    deadline_days: int = Field(
        default=0,
        ge=0,
        le=90,
        description="Calendar days the mail gives to pay, where its words name a day.",
    )
    task: Channel | None = Field(
        default=None, description="What a person does beside the mail: letter or call."
    )

    @field_validator("template")
    @classmethod
    def _template_fits(cls, template: str, info: ValidationInfo) -> str:
        channel = info.data.get("channel")
        if channel is Channel.EMAIL and not template:
            raise refusal("is missing: a step by email needs one", "Name a folder of templates")
        if channel in _PERSONAL and template:
            raise refusal("is set on a step without a mail", "Remove it")
        known: frozenset[str] = (info.context or {}).get("templates", frozenset())
        if template and template not in known:
            names = ", ".join(sorted(known))
            raise refusal("names no template there is", f"There are: {names}")
        return template

    @field_validator("task")
    @classmethod
    def _task_is_personal(cls, task: Channel | None) -> Channel | None:
        if task is Channel.EMAIL:
            raise refusal("is done by a person, so it cannot be email", "Use letter or call")
        return task

    def step(self) -> Step:
        """The step as decisions know it."""
        return Step(**dict(self))


def _unique(steps: tuple[StepKeys, ...]) -> tuple[StepKeys, ...]:
    ids = [step.id for step in steps]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise refusal(f"use an id twice: {', '.join(twice)}", "Give each step its own id")
    return steps


class SequenceKeys(Keys):
    """One sequence."""

    min_gap: int = Field(
        default=5, ge=0, le=90, description="Working days between two mails to a customer."
    )
    tolerance: int = Field(
        default=500,
        ge=0,
        description="A balance up to this is not chased; in the smallest unit, 500 is 5.00 EUR.",
    )
    steps: Annotated[tuple[StepKeys, ...], NotEmpty, AfterValidator(_unique)] = Field(
        description="The steps, in any order."
    )
    entry: str = Field(
        default="",
        description="An invoice nobody was reminded of begins at this step at the latest, however "
        "old it is; empty: no limit.",
    )

    @field_validator("entry")
    @classmethod
    def _entry_is_a_step(cls, entry: str, info: ValidationInfo) -> str:
        steps = info.data.get("steps")
        if entry and steps is not None and entry not in {step.id for step in steps}:
            raise refusal("names no step of this sequence", "Write the id of one of its steps")
        return entry

    def sequence(self, sequence_id: str) -> Sequence:
        """The sequence as decisions know it."""
        steps = sorted((step.step() for step in self.steps), key=lambda step: step.offset)
        return Sequence(sequence_id, tuple(steps), self.min_gap, self.tolerance, self.entry)
