"""What stays the same about one company between two reloads: the flows get it as one value."""

from __future__ import annotations

from dataclasses import dataclass

from mailagent.core.calendar import Calendar
from mailagent.core.company import Company
from mailagent.core.sequence import Sequence
from mailagent.core.server import ImapAccount, SmtpAccount
from mailagent.message.render import Templates
from mailagent.message.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Setup:
    """One creditor with everything the flows need to act for it."""

    company: Company
    sequence: Sequence
    calendar: Calendar
    templates: Templates
    tokens: Tokens
    imap: ImapAccount
    smtp: SmtpAccount
