"""Every template a configuration can use, tried before the first mail needs it."""

from __future__ import annotations

from mailagent.config import Settings
from mailagent.core.sequence import Step
from mailagent.errors import Problem
from mailagent.message.render import Templates


def check_templates(settings: Settings) -> tuple[Problem, ...]:
    """The faults of the templates in use.

    A company's own language must have every template of its sequence; other languages are tried with
    the templates they have, since customers are only written to in those.
    """
    templates = Templates(settings.templates)
    used = {config.company.sequence for config in settings.companies}
    steps = [step for name in sorted(used) for step in settings.sequences[name].steps]
    problems: list[Problem] = []
    for language in templates.languages():
        names = _needed(settings, language) | {*templates.names(language)}
        problems += templates.check([language], _first_of_each(steps, names))
    return tuple(problems)


def _needed(settings: Settings, language: str) -> set[str]:
    """The templates of the sequences of companies that write in this language."""
    return {
        step.template
        for config in settings.companies
        if config.company.language == language
        for step in settings.sequences[config.company.sequence].steps
    }


def _first_of_each(steps: list[Step], names: set[str]) -> list[Step]:
    """The first step of each template that is among the names."""
    first: dict[tuple[str, str], Step] = {}
    for step in steps:
        if step.template in names:
            first.setdefault((step.template, step.tone), step)
    return list(first.values())
