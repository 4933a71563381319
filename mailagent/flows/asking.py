"""Asking again whether queued mails are still wanted, on the facts of the present transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import structlog

from mailagent.core.outbox import OutboxMail
from mailagent.core.wanted import NotNow, NotWanted, Wanted, still_wanted
from mailagent.flows.account import cancel
from mailagent.flows.freshness import freshness
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup

log = structlog.get_logger()

ASK_AGAIN = timedelta(minutes=1)  # when nothing says when a mail may leave


async def still_wanted_of(
    mails: Sequence[OutboxMail], records: Records, setup: Setup
) -> list[OutboxMail]:
    """Those that may leave this minute; the others are cancelled or given back, with the reason."""
    tx = records.tx
    accounts = await tx.accounts.load_many(dict.fromkeys(mail.customer for mail in mails))
    paused = await tx.switches.state()
    fresh = await freshness(tx)
    wanted = []
    for mail in mails:
        account = accounts.get(mail.customer)
        verdict = (
            NotWanted("the customer is gone")
            if account is None
            else still_wanted(
                mail,
                account,
                setup.sequence,
                setup.calendar,
                setup.company.policy,
                fresh,
                paused.reason if paused else "",
                records.now,
            )
        )
        match verdict:
            case Wanted():
                wanted.append(mail)
            case NotWanted(reason=reason):
                await cancel(mail, reason, records)
                await tx.customers.look_again(mail.customer, records.now)
                log.info("reminder.cancelled", outbox_id=mail.id, reason=reason)
            case NotNow(reason=reason, until=until):
                await tx.outbox.release(mail.id, reason, until or records.now + ASK_AGAIN)
                log.info("reminder.waiting", outbox_id=mail.id, reason=reason)
    return wanted
