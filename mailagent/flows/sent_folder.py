"""Our own mail in the Sent folder: a copy of what was sent, and evidence for what is in doubt."""

from __future__ import annotations

from datetime import timedelta

import structlog

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.outbox import OutboxMail, OutboxState
from mailagent.flows.desk import Desk
from mailagent.flows.fetching import BATCH
from mailagent.flows.records import Records
from mailagent.transport.imap import CommandRefused

log = structlog.get_logger()

DOUBT_SETTLES = timedelta(hours=24)  # a mail in doubt goes to a person after this long


async def file_copies(desk: Desk, sent: str) -> None:
    """Put a copy of each sent mail into Sent, once; best effort, never a reason to send again."""
    if desk.setup.smtp.files_sent:
        return
    company = desk.setup.company.id
    while True:
        async with desk.db.snapshot(company) as tx:
            unfiled = await tx.outbox.unfiled(BATCH)
            raws = await tx.contents.get_many(mail.raw for mail in unfiled)
        for mail in unfiled:
            found = await desk.session.search_header("Message-ID", mail.message_id)
            if not found:
                try:
                    await desk.session.append(sent, raws[mail.raw], seen=True)
                except CommandRefused as error:  # over quota, say: the next look tries again
                    log.warning("copy.refused", outbox_id=mail.id, reason=str(error))
                    return
            async with desk.db.transaction(company, desk.lease) as tx:
                await tx.outbox.set_filed(mail.id)
        if len(unfiled) < BATCH:
            return


async def settle_doubts(desk: Desk, *, sent_is_selected: bool) -> None:
    """Look for mails in doubt in Sent, where the provider files them; after a day ask a person."""
    company = desk.setup.company.id
    async with desk.db.snapshot(company) as tx:
        doubtful = await tx.outbox.list((OutboxState.UNKNOWN,), BATCH)
    for mail in doubtful:
        evidence = ""
        if sent_is_selected and desk.setup.smtp.files_sent:
            found = await desk.session.search_header("Message-ID", mail.message_id)
            evidence = "found in the Sent folder" if found else ""
        await _settle_doubt(desk, mail, evidence)


async def _settle_doubt(desk: Desk, mail: OutboxMail, evidence: str) -> None:
    now = desk.clock.now()
    overdue = now - mail.next_attempt_at > DOUBT_SETTLES
    if not evidence and not overdue:
        return
    async with desk.db.transaction(desk.setup.company.id, desk.lease) as tx:
        records = Records(tx, Cause(CauseKind.SERVER, "reconciliation"), now)
        if evidence:
            await records.confirm_sent(mail, evidence)
            return
        await tx.outbox.hold(mail.id, "no proof within a day that it was delivered")
        question = (
            f"The answer to mail {mail.id} ({mail.subject}) was lost, so it may or may not have arrived. "
            f"Send it again: mailagent outbox release {mail.id}. Leave it: mailagent outbox discard {mail.id}."
        )
        await tx.reviews.open("doubt", mail.customer, mail.invoices, question, mail.reply, now)
