"""The leak guard's facts (promise P7): whose are the numbers that stand in a mail about to be queued."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from mailagent.core.customer import Account
from mailagent.flows.records import Records
from mailagent.message.compose import Enclosure
from mailagent.message.leak import candidate_numbers, check_outgoing
from mailagent.message.mail_context import MailContext
from mailagent.message.render import Rendered


async def find_leaks(
    rendered: Rendered,
    context: MailContext,
    account: Account,
    recipient: str,
    enclosures: Iterable[Enclosure],
    records: Records,
) -> tuple[str, ...]:
    """Why this mail may not leave; empty for a clean one."""
    numbers = sorted(candidate_numbers(rendered, context))
    found = await records.tx.invoices.by_normalised(numbers)
    foreign = [number for _, number, owner in found if owner != account.customer.ref]
    enclosed = [hashlib.sha256(e.content).hexdigest() for e in enclosures]
    return check_outgoing(rendered, context, account, recipient, enclosed, foreign)
