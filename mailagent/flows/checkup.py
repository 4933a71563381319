"""What `mailagent doctor` looks at for one company: servers, clock, freshness, queue ages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailagent.core.company import Mode
from mailagent.core.outbox import OutboxState
from mailagent.core.server import ImapAccount, SmtpAccount
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.flows.freshness import freshness
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from mailagent.transport.imap import SENT, ImapSession
from mailagent.transport.smtp import SmtpPool

MAX_CLOCK_SKEW = timedelta(minutes=2)
MAX_QUEUE_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    where: str
    what: str
    ok: bool
    detail: str
    hint: str = ""  # what to do; empty when all is well


async def check_up(setup: Setup, db: Database) -> list[Finding]:
    """Everything looked at, good and bad."""
    now = datetime.now(UTC)
    return [
        *await check_servers(setup.company.id, setup.imap, setup.smtp),
        *await _mailbox(setup, db, now),
        *await _queue(setup, db, now),
    ]


async def check_servers(where: str, imap: ImapAccount, smtp: SmtpAccount) -> list[Finding]:
    """Can we read and send? Nothing is sent and nothing is marked."""
    return [*await _imap(where, imap), await _smtp(where, smtp)]


async def _imap(where: str, account: ImapAccount) -> list[Finding]:
    what = f"IMAP {account.server.host}:{account.server.port}"

    def failed(error: Exception, hint: str) -> list[Finding]:
        return [Finding(where, what, ok=False, detail=str(error), hint=hint)]

    try:
        session = await ImapSession.open(account)
    except LoginRefused as error:
        return failed(error, "Check user name and password.")
    except TransportUnavailable as error:
        return failed(error, "Check host, port and encryption.")
    try:
        inbox = await session.select(account.inbox)
        sent = account.sent or await session.find_folder(SENT)
    except TransportUnavailable as error:
        return failed(error, "Check the folder names.")
    finally:
        await session.close()
    news = "IDLE" if "IDLE" in session.capabilities else "no IDLE: polling"
    detail = f"login works, {inbox.exists} mails in {inbox.name}, {news}"
    hint = "Set `sent` in [imap], or answers written by staff cannot be seen (promise P3)."
    told = f"it is {sent}" if sent else "none was found"
    return [
        Finding(where, what, ok=True, detail=detail),
        Finding(where, "Sent folder", ok=sent is not None, detail=told, hint=hint),
    ]


async def _smtp(where: str, account: SmtpAccount) -> Finding:
    what = f"SMTP {account.server.host}:{account.server.port}"
    pool = SmtpPool(account)
    try:
        async with pool.connection():
            return Finding(where, what, ok=True, detail="login works")
    except LoginRefused as error:
        hint = "Check user name and password."
        return Finding(where, what, ok=False, detail=str(error), hint=hint)
    except TransportUnavailable as error:
        hint = "Check host, port and encryption."
        return Finding(where, what, ok=False, detail=str(error), hint=hint)
    finally:
        await pool.close()


async def _mailbox(setup: Setup, db: Database, now: datetime) -> list[Finding]:
    limit = setup.company.policy.freshness
    async with db.snapshot(setup.company.id) as tx:
        fresh = await freshness(tx)
        paused = await tx.switches.state()
    found = []
    for name, at in (("inbox", fresh.inbox_read_at), ("Sent folder", fresh.sent_read_at)):
        ok = at is not None and now - at <= limit
        detail = f"read to its end at {at:%Y-%m-%d %H:%M:%S} UTC" if at else "never read"
        hint = "Start `mailagent run`; until the mailbox is fresh nothing is sent (promise P1)."
        found.append(Finding(setup.company.id, name, ok=ok, detail=detail, hint=hint))
    if fresh.inbox_read_at is not None and fresh.inbox_read_at - now > MAX_CLOCK_SKEW:
        found.append(
            Finding(
                setup.company.id,
                "clock",
                ok=False,
                detail="it stands before the last look at the mailbox",
                hint="Set the clock (NTP); nothing is sent while it is wrong.",
            )
        )
    mode = setup.company.mode
    detail = f"paused: {paused.reason}" if paused else f"mode {mode.value}"
    hint = "When the cause is mended: mailagent resume."
    found.append(Finding(setup.company.id, "sending", ok=not paused, detail=detail, hint=hint))
    if mode is not Mode.SHADOW and not setup.company.staff:
        hint = (
            "List your people under [[staff]], so that their answers hold a sequence (promise P3)."
        )
        found.append(
            Finding(setup.company.id, "staff", ok=False, detail="nobody is listed", hint=hint)
        )
    return found


async def _queue(setup: Setup, db: Database, now: datetime) -> list[Finding]:
    """Mails that wait too long, or in doubt."""
    waiting = (OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.UNKNOWN)
    async with db.snapshot(setup.company.id) as tx:
        mails = await tx.outbox.list(waiting, 1000)
    old = [m for m in mails if now - m.created_at > MAX_QUEUE_AGE]
    doubtful = [m for m in mails if m.state is OutboxState.UNKNOWN]
    oldest = (
        f"oldest since {min(m.created_at for m in old):%Y-%m-%d %H:%M}" if old else "none is old"
    )
    return [
        Finding(
            setup.company.id,
            "outbox",
            ok=not old,
            detail=f"{len(mails)} waiting, {oldest}",
            hint="See why: mailagent outbox --state queued",
        ),
        Finding(
            setup.company.id,
            "mails in doubt",
            ok=not doubtful,
            detail=str(len(doubtful)),
            hint="See them: mailagent outbox --state unknown; then release or discard each.",
        ),
    ]
