"""Composing: our templates and our MIME writer beside the standard library's EmailMessage."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from bench.case import Case, Goal
from mailagent.core.sequence import Channel, Step
from mailagent.message.compose import Letterhead, compose
from mailagent.message.render import Rendered, Templates
from mailagent.message.samples import sample_contexts
from mailagent.resources import resource_folder

MAILS = 200
STEP = Step("d+10", 10, Channel.EMAIL, "second_reminder")
EMAIL_MESSAGE, OURS, WORDS = "templates + EmailMessage", "templates + compose", "templates alone"


@asynccontextmanager
async def composing() -> AsyncIterator[Case]:
    """One reminder from facts to bytes."""
    templates = Templates(resource_folder("templates"))
    size = len(_ours(templates, 0))
    yield Case(
        f"compose: a French reminder from facts to bytes ({size:,} bytes)",
        "mails/s",
        EMAIL_MESSAGE,
        {
            EMAIL_MESSAGE: lambda: _timed(lambda n: _by_email_message(templates, n)),
            OURS: lambda: _timed(lambda n: _ours(templates, n)),
            WORDS: lambda: _timed(lambda n: _words(templates, n)),
        },
        {OURS: Goal("at least 3 times EmailMessage", ratio=3.0)},
    )


CASES: dict[str, Callable[[], object]] = {"compose": composing}


async def _timed(write: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for number in range(MAILS):
        write(number)
    return MAILS / (time.perf_counter() - began)


def _words(templates: Templates, number: int) -> Rendered:
    context = sample_contexts("fr", STEP)[3]  # two invoices
    return templates.render("fr", STEP.template, replace(context, customer=f"Client {number}"))


def _letterhead(number: int) -> Letterhead:
    return Letterhead(
        sender="comptabilite@lambert.example",
        sender_name="Claire Martin",
        recipient=f"client{number}@debtor.test",
        recipient_name="Hélène Müller",
        date=datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
        message_id=f"<{number:026}@lambert.example>",
        references=("<first@lambert.example>",),
    )


def _ours(templates: Templates, number: int) -> bytes:
    return compose(_words(templates, number), _letterhead(number))


def _by_email_message(templates: Templates, number: int) -> bytes:
    """The same mail as most programs build it."""
    words, head = _words(templates, number), _letterhead(number)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(head.sender_name, addr_spec=head.sender)
    mail["To"] = Address(head.recipient_name, addr_spec=head.recipient)
    mail["Subject"] = words.subject
    mail["Date"] = format_datetime(head.date)
    mail["Message-ID"] = head.message_id
    mail["References"] = " ".join((*head.references, head.message_id))
    mail["Auto-Submitted"] = head.auto_submitted
    mail.set_content(words.text)
    mail.add_alternative(words.html, subtype="html")
    return mail.as_bytes()
