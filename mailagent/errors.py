"""The few exceptions. Expected outcomes are values; these mean "cannot go on"."""

from __future__ import annotations

from dataclasses import dataclass


class MailagentError(Exception):
    """Something mailagent cannot get past by itself."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a configuration or an imported file."""

    where: str  # file, with line when known
    what: str  # key or column
    why: str
    hint: str  # what to do

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.why}. {self.hint}"


class ConfigError(MailagentError):
    """The configuration has problems."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class TransportUnavailable(MailagentError):
    """The mail server cannot be reached; wait and connect again."""


class LoginRefused(TransportUnavailable):
    """The mail server refused the login; a person must act, trying again may lock the account."""


class StoreUnavailable(MailagentError):
    """The database cannot be used; nothing may be sent."""


class LeaseLost(MailagentError):
    """Another process took over; nothing more may be written or sent here."""


class InvalidTransition(MailagentError):
    """A mail cannot go from its state to the one asked for: a bug or a race."""

    def __init__(self, mail: int, found: str, wanted: str) -> None:
        self.mail = mail
        self.found = found  # its state; empty: there is no such mail
        self.wanted = wanted
        super().__init__(f"Outgoing mail {mail} is {found or 'not there'}, it cannot be {wanted}.")


class TemplateError(MailagentError):
    """A template cannot be used."""
