"""From a template and the facts of one mail to its words.

Templates come from the administrator's folder or the shipped one, never from data: a customer
called `{{7*7}}` is written as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from jinja2 import FileSystemLoader, StrictUndefined, Undefined
from jinja2 import TemplateError as JinjaError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mailagent.core.company import BankDetails, Company, LegalIdentity
from mailagent.core.money import Money
from mailagent.core.sequence import Step
from mailagent.errors import Problem, TemplateError
from mailagent.message.lint import lint
from mailagent.message.mail_context import InvoiceLine, MailContext
from mailagent.message.one_line import one_line
from mailagent.message.samples import sample_contexts
from mailagent.message.typography import FrenchSpacing
from mailagent.message.wording import filters
from mailagent.resources import resource_folder

_BLANK_LINES = re.compile(r"[ \t]*\n(?:[ \t]*\n)+")
_SPACES = re.compile(" {2,}")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class Rendered:
    """The words of one mail."""

    subject: str  # one line
    text: str
    html: str  # empty: a mail in plain text only


class Templates:
    """The templates of every language; a file in the folder replaces the shipped one of its name."""

    def __init__(self, folder: Path) -> None:
        self._folders = tuple(dict.fromkeys((folder, resource_folder("templates"))))
        self._environments: dict[str, _Sandbox] = {}
        subjects = (each.glob("*/*/subject.txt") for each in self._folders)
        self._known = {path.parts[-3:-1] for paths in subjects for path in paths}

    def languages(self, template: str = "") -> tuple[str, ...]:
        """The languages there is this template in, or any template."""
        wanted = (each for each, name in self._known if template in {"", name})
        return tuple(sorted({each for each in wanted if _LANGUAGE.fullmatch(each)}))

    def names(self, language: str) -> tuple[str, ...]:
        """The templates of a language."""
        return tuple(sorted(name for each, name in self._known if each == language))

    def render(self, language: str, template: str, context: MailContext) -> Rendered:
        """The mail in words.

        Raises:
            TemplateError: a template is missing, broken, or prints a value that is not there.
        """
        variables = context.variables()
        subject, text, html = (
            self._fill(language, f"{template}/{part}", variables)
            for part in ("subject.txt", "body.txt", "body.html")
        )
        return Rendered(
            subject=_SPACES.sub(" ", one_line(subject)).strip(" "),
            text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
            html=html.strip() + "\n",
        )

    def check(self, languages: Iterable[str], steps: Iterable[Step]) -> tuple[Problem, ...]:
        """Every mail of these steps in these languages, rendered with sample facts, and its faults."""
        steps = [step for step in steps if step.template]
        return tuple(
            problem
            for language in languages
            for step in steps
            for problem in self._check_one(language, step)
        )

    def _check_one(self, language: str, step: Step) -> tuple[Problem, ...]:
        where = f"templates/{language}/{step.template}"
        found: dict[str, Problem] = {}  # each fault once, however many samples show it
        for context in sample_contexts(language, step):
            try:
                rendered = self.render(language, step.template, context)
            except TemplateError as error:
                hint = "Correct the template, or remove your copy to use the shipped one"
                return (Problem(where, step.id, str(error), hint),)
            for fault in lint(rendered.subject, rendered.text, rendered.html, context):
                found[fault.why] = Problem(where, step.id, fault.why, fault.hint)
        return tuple(found.values())

    def _fill(self, language: str, name: str, variables: dict[str, Any]) -> str:
        try:
            return self._environment(language).get_template(name).render(variables)
        except JinjaError as error:
            raise TemplateError(f"{language}/{name}: {_explained(error)}") from error
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            # A filter given the wrong kind of value, for instance a missing date.
            raise TemplateError(f"{language}/{name}: {error}") from error

    def _environment(self, language: str) -> _Sandbox:
        environment = self._environments.get(language)
        if environment is None:
            environment = self._environments[language] = _environment(language, self._folders)
        return environment


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets templates read the fields of our own values; anything else by the sandbox's rules."""

    _READABLE: ClassVar = {
        value: frozenset(field.name for field in fields(value))
        for value in (Company, LegalIdentity, BankDetails, Money, Step, InvoiceLine)
    }

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        readable = self._READABLE.get(type(obj))
        if readable is None:
            return super().is_safe_attribute(obj, attr, value)
        return attr in readable


def _environment(language: str, folders: tuple[Path, ...]) -> _Sandbox:
    """A template engine that can read its templates and the variables, and nothing else."""
    environment = _Sandbox(
        loader=FileSystemLoader([folder / language for folder in folders]),
        autoescape=partial(_is_html),
        undefined=StrictUndefined,
        finalize=_printed,
        extensions=[FrenchSpacing] if language == "fr" else [],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters.update(filters(language))
    return environment


def _is_html(name: str | None) -> bool:
    return name is not None and name.endswith(".html")


def _printed(value: Any) -> Any:
    """What `{{ value }}` may print: one line of text or a whole number."""
    if isinstance(value, str):
        return value if value.isprintable() else one_line(value)
    if isinstance(value, Undefined) or type(value) is int:
        return value  # printing an undefined value raises, and names it
    raise ValueError(f"prints a {type(value).__name__}: a filter or a test is missing")


def _explained(error: JinjaError) -> str:
    line = getattr(error, "lineno", None)
    why = f"no file {error}" if type(error).__name__ == "TemplateNotFound" else str(error)
    return f"line {line}: {why}" if line else why
