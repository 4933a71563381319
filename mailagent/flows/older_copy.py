"""Noticing that the database is an older copy: Sent holds a mail of ours that it does not know.

Whoever restores a backup brings back the past; reminders that left since would leave again. The Message-ID
of a reminder is made from its key (company, customer, step, cycle) and the installation's secret, so one
that can be made again was made here.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailagent.core.decisions import FileMail, Filing
from mailagent.core.mail import ParsedMail
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup

CYCLES = 30  # mails of one step to one customer that are tried
PAUSE = "the database is older than the mailbox"


def is_forgotten(mail: ParsedMail, customers: Iterable[str], setup: Setup) -> bool:
    """True when this installation made the mail; the caller knows that it is not in the outbox."""
    domain = setup.company.address.rpartition("@")[2]
    return any(
        mail.message_id
        == setup.tokens.message_id(setup.company.id, customer, step.id, cycle, domain)
        for customer in customers
        for step in setup.sequence.steps
        for cycle in range(CYCLES)
    )


async def stop_for_older_copy(mail: ParsedMail, records: Records, setup: Setup) -> FileMail:
    """Nothing leaves until a person has compared."""
    question = (
        f"The Sent folder holds a reminder ({mail.subject}) that this database does not know. If a backup was "
        "restored, compare the Sent folder with `mailagent outbox` and put holds where needed; then: "
        "mailagent resume."
    )
    await records.tx.switches.pause(PAUSE, "recovery", records.now)
    await records.tx.reviews.open("restore", None, (), question, mail.message_id, records.now)
    await records.note("sending.paused", setup.company.id, {"reason": PAUSE})
    return FileMail(Filing.NOT_OURS, "our own mail, which this database does not know")
