"""One mail understood: what it wants, about which invoices, when and how much, and how sure that is.

Machine mail is told apart first. A person's mail is read statement by statement, over the new text
only: the quoted reminder says "if you have already paid" in every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mailagent.core.mail import (
    Flag,
    FoundIntent,
    Intent,
    Machine,
    ParsedMail,
    Reading,
)
from mailagent.reading.bank import announces_bank_change
from mailagent.reading.facts import read_fields
from mailagent.reading.language import guess_language
from mailagent.reading.machines import (
    machine_intent,
    return_date,
    says_person_left,
    speaks_of_absence,
)
from mailagent.reading.opinion import Model
from mailagent.reading.policy import verdict
from mailagent.reading.statements import STOPS, Heard, listen, summed_up, with_day
from mailagent.reading.trained import intents_of, statements

MODEL = "rules-1"
MAX_READ = 20_000  # characters of new text; the rest is not read

_SURE, _LIKELY = 0.95, 0.8


def understand(
    mail: ParsedMail,
    open_numbers: Sequence[str],
    today: date,
    timezone: str,
    currency: str,
    model: Model | None = None,
) -> Reading:
    """What a mail says. `open_numbers` are the customer's; `today` is the company's.

    By the rules alone; with a `model`, by the model, to which the rules add what is grave.
    """
    text = mail.new_text[:MAX_READ]
    language = guess_language(f"{text}\n{mail.signature}") or guess_language(mail.subject)
    written_on = _written_on(mail, today, timezone)
    # 03/04 from an English writer may be either day, unless the company bills in a European currency.
    month_first = None if language == "en" and currency not in {"EUR", "GBP"} else False
    heard = listen(text, open_numbers, written_on, language, month_first=month_first)
    intents = _of_machine(mail, heard) or summed_up(heard) or _other(text)
    if model is not None and text.strip() and mail.machine is not Machine.BOUNCE:
        opinion = model.read(mail.subject, text, language)
        stated = statements(opinion, text, open_numbers)
        intents = intents_of(opinion, stated, heard)
        heard = tuple(with_day(h, written_on, language, month_first=month_first) for h in stated)
    flags = (Flag.BANK_CHANGE,) if announces_bank_change(text) else ()
    fields = read_fields(mail, heard, open_numbers, written_on, language, currency)
    if intents and intents[0].intent is Intent.OUT_OF_OFFICE:
        back = return_date(mail.new_text or mail.text, written_on, language)
        fields = replace(fields, return_date=back.isoformat() if back else None)
    decision = verdict(mail, intents, fields, flags)
    version = model.version if model is not None else MODEL
    return Reading(intents, language, fields, flags, decision, version)


def skim(new_text: str) -> Reading:
    """What counts in a mail that fits no customer: other bank details, the commonest fraud."""
    flags = (Flag.BANK_CHANGE,) if announces_bank_change(new_text[:MAX_READ]) else ()
    return Reading((), "", flags=flags, model=MODEL)


def _written_on(mail: ParsedMail, today: date, timezone: str) -> date:
    """The day the mail was written by the company's calendar; today when that is absurd."""
    if mail.date is None:
        return today
    try:
        day = mail.date.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        day = mail.date.date()
    # A clock that runs ahead, or a mail that was years on its way.
    return day if today - timedelta(366) <= day <= today + timedelta(1) else today


def _of_machine(mail: ParsedMail, heard: Sequence[Heard]) -> tuple[FoundIntent, ...]:
    """The reading of a program's mail; empty when a person seems to have written."""
    if mail.machine is Machine.BOUNCE:
        return (FoundIntent(Intent.BOUNCE, 0.97, mail.subject),)
    said = machine_intent(mail.subject, mail.new_text or mail.text)
    if mail.machine is Machine.AUTO_ACK:
        return (FoundIntent(said or Intent.AUTO_ACK, _SURE, mail.subject), *_contested(heard))
    if mail.machine is Machine.OUT_OF_OFFICE:
        text = mail.new_text or mail.text
        if says_person_left(text):
            return (FoundIntent(Intent.WRONG_CONTACT, _LIKELY, mail.subject),)
        confidence = _SURE if speaks_of_absence(text) else _LIKELY
        return (FoundIntent(Intent.OUT_OF_OFFICE, confidence, mail.subject), *_contested(heard))
    # Only words to go by: a person may mention his holidays while he promises or disputes.
    certain = any(h.confidence >= 0.8 for h in heard)
    return () if said is None or certain else (FoundIntent(said, _LIKELY, mail.subject),)


def _contested(heard: Sequence[Heard]) -> tuple[FoundIntent, ...]:
    """What a person said through a program: a ticket system sends its agents' words as its own."""
    return tuple(i for i in summed_up(heard) if i.intent in STOPS and i.confidence >= _LIKELY)


def _other(text: str) -> tuple[FoundIntent, ...]:
    """A person wrote, and it was not understood."""
    return (FoundIntent(Intent.OTHER, 0.3, text[:200]),) if text.strip() else ()
