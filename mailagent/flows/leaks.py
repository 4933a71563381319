"""The leak guard's facts (promise P7): whose are the numbers that stand in a mail about to be queued."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from mailagent.core.customer import Account
from mailagent.flows.records import Records
from mailagent.message.compose import Enclosure
from mailagent.message.leak import candidate_numbers, check_outgoing
from mailagent.message.mail_context import MailContext
from mailagent.message.render import Rendered


@dataclass(frozen=True, slots=True)
class Suspect:
    """A finished mail before the guard has passed it."""

    rendered: Rendered
    context: MailContext
    account: Account
    recipient: str
    enclosures: tuple[Enclosure, ...]


async def find_leaks(suspects: Sequence[Suspect], records: Records) -> list[tuple[str, ...]]:
    """For each mail why it may not leave; empty for a clean one."""
    numbers = [candidate_numbers(each.rendered, each.context) for each in suspects]
    found = await records.tx.invoices.by_normalised(sorted(frozenset().union(*numbers)))
    return [
        _leaks(
            each,
            [n for key, n, owner in found if key in own and owner != each.account.customer.ref],
        )
        for each, own in zip(suspects, numbers, strict=True)
    ]


def _leaks(mail: Suspect, foreign: list[str]) -> tuple[str, ...]:
    enclosed = [hashlib.sha256(e.content).hexdigest() for e in mail.enclosures]
    try:
        return check_outgoing(
            mail.rendered, mail.context, mail.account, mail.recipient, enclosed, foreign
        )
    except ValueError as error:  # a mail nobody could look at is not clean, and stops no other
        return (f"it cannot be checked: {error}",)
