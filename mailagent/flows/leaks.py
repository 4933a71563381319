"""The leak guard's facts (promise P7): whose are the numbers that stand in a mail about to be queued."""

from __future__ import annotations

from mailagent.core.customer import Account, Contact
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.message.compose import Enclosure
from mailagent.message.mail_context import MailContext
from mailagent.message.render import Rendered


async def find_leaks(
    rendered: Rendered,
    context: MailContext,
    account: Account,
    contact: Contact,
    enclosures: dict[str, Enclosure],
    setup: Setup,
    records: Records,
) -> tuple[str, ...]:
    return ()
