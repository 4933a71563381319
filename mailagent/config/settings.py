"""The configuration as the program uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailagent.core.company import Company
from mailagent.core.sequence import Sequence
from mailagent.core.server import ImapAccount, SmtpAccount


@dataclass(frozen=True, slots=True)
class CompanyConfig:
    """One creditor and its mailbox."""

    company: Company
    imap: ImapAccount
    smtp: SmtpAccount


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was configured, checked."""

    folder: Path  # where it was read
    database: str = field(repr=False)  # SQLAlchemy URL; may hold a password
    state_folder: Path  # of the SQLite database
    templates: Path  # folder with the administrator's templates, else the shipped ones
    log_level: str
    log_json: bool
    sequences: Mapping[str, Sequence]
    companies: tuple[CompanyConfig, ...]

    def company(self, company_id: str) -> CompanyConfig | None:
        """The company of that id, or None."""
        return next((c for c in self.companies if c.company.id == company_id), None)
