"""What follows from a delivery report.

Only a report that cites a mail of ours may suppress an address: anybody can write one that does not.
"""

from __future__ import annotations

from mailagent.core.decisions import (
    AskStaff,
    Decision,
    FileMail,
    Filing,
    PlaceHold,
    Suppress,
)
from mailagent.core.hold import HoldReason
from mailagent.core.mail import BounceRecipient
from mailagent.core.received import Received, confirmations, filed


def bounced(it: Received) -> tuple[Decision, ...]:
    """Suppressions, holds and questions; the report is filed last."""
    made = confirmations(it)
    reported = it.mail.bounce.recipients if it.mail.bounce else ()
    hard = [r for r in reported if r.hard]
    if reported and not hard:
        if it.customers:
            return filed(made, f"{reported[0].address}: {_status(reported[0])}, nothing to do")
        return (FileMail(Filing.NOT_OURS, "a delivery report about a mail that is not ours"),)
    told = "; ".join(f"{r.address}: {_status(r)}" for r in hard) or it.words()
    if not it.customers:
        question = "A mail could not be delivered, and it fits no customer. Whose was it?"
        return filed([*made, AskStaff(None, (), question, told)], "")
    strong = it.match.level is not None and it.match.level.is_strong
    if not hard or not strong or it.match.rivals:
        return filed([*made, *_unclear(it, told)], "")
    return filed([*made, *_dead_addresses(it, hard, told)], "")


def _dead_addresses(it: Received, hard: list[BounceRecipient], told: str) -> list[Decision]:
    contacts = it.account.customer.contacts if it.account else ()
    # Whoever got our mail can cite it: his word counts for the address that mail went to, and no other.
    dead = [r for r in hard if r.address.lower() in it.match.recipients]
    if not dead:  # somewhere behind the address we wrote to, or nothing to do with it
        return _unclear(it, told)
    gone = {r.address.lower() for r in dead}
    left = [c for c in contacts if not c.suppressed and c.address.lower() not in gone]
    made: list[Decision] = [Suppress(r.address.lower(), _status(r)) for r in dead]
    if left:
        question = f"{dead[0].address} of {it.name} does not exist. Reminders go on to {left[0].address}: right?"
        return [*made, AskStaff(it.match.customer, (), question, told)]
    question = f"{dead[0].address} of {it.name} does not exist. Whom can we write to?"
    return [*made, *_stop(it, told), AskStaff(it.match.customer, (), question, told)]


def _unclear(it: Received, told: str) -> list[Decision]:
    question = f"A mail to {it.name} seems to have come back. Whom can we write to?"
    return [*_stop(it, told), AskStaff(it.match.customer, (), question, told)]


def _stop(it: Received, told: str) -> list[Decision]:
    return [PlaceHold(ref, (), HoldReason.BOUNCED, None, told) for ref in it.customers]


def _status(recipient: BounceRecipient) -> str:
    return f"{recipient.action or 'failed'} {recipient.status}".rstrip()
