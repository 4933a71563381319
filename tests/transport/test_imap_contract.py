"""The same promises on real servers: Dovecot and Cyrus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mailagent.core.server import ImapAccount, Login, Security
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.imap import DRAFTS, SENT, CommandRefused, Fetched, ImapSession
from mailagent.transport.imap_names import wire_name
from tests.peers.fault_proxy import FaultProxy, Way
from tests.peers.mail_host import HOST, MailUser, require

FOLDERS = ["Éléments envoyés", "Reçus (été) & cie", "a b/c d", "日本", "it's 5"]


def mail(number: int, body: str = "Bonjour") -> bytes:
    return (
        f"From: Zoe <zoe@example.test>\r\nSubject: facture * {number} :( {{5}}\r\n"
        f"Message-ID: <{number}@example.test>\r\n\r\n{body}\r\n"
    ).encode()


@pytest.fixture
async def session(mail_user: MailUser) -> AsyncIterator[ImapSession]:
    session = await ImapSession.open(mail_user.account())
    await session.select("INBOX")
    yield session
    await session.close()


async def refused(account: ImapAccount) -> TransportUnavailable:
    with pytest.raises(TransportUnavailable) as raised:
        await ImapSession.open(account)
    return raised.value


@pytest.mark.parametrize("security", Security)
async def test_login(mail_user: MailUser, security: Security) -> None:
    session = await ImapSession.open(mail_user.account(security))
    assert {"IDLE", "UIDPLUS"} <= session.capabilities
    await session.close()
    await session.close()


def with_login(account: ImapAccount, username: str, password: str) -> ImapAccount:
    return replace(account, server=replace(account.server, login=Login(username, password)))


@pytest.mark.parametrize("password", ["wrong", 'wro"ng\\', "wröng", ""])
async def test_a_wrong_password_is_a_refused_login(mail_user: MailUser, password: str) -> None:
    account = with_login(mail_user.account(), mail_user.name, password)
    error = await refused(account)
    assert isinstance(error, LoginRefused)
    assert mail_user.name in str(error)


async def test_a_certificate_nobody_vouches_for_is_refused(mail_user: MailUser) -> None:
    for security in (Security.TLS, Security.STARTTLS):
        account = mail_user.account(security)
        account = replace(account, server=replace(account.server, ca_file=""))
        assert "certificate" in str(await refused(account))


@pytest.mark.parametrize("name", FOLDERS)
async def test_folders_of_any_name(mail_user: MailUser, session: ImapSession, name: str) -> None:
    await keeps_mail_in(mail_user, session, name)


@pytest.mark.parametrize("name", ['the "big" one', "100%", "a*b", "{3}", "back\\slash"])
async def test_names_that_only_dovecot_takes(dovecot_user: MailUser, name: str) -> None:
    session = await ImapSession.open(dovecot_user.account())
    await keeps_mail_in(dovecot_user, session, name)
    await session.close()


async def keeps_mail_in(mail_user: MailUser, session: ImapSession, name: str) -> None:
    with mail_user.connection() as imap:
        require(imap.create(wire_name(name)))
    assert name in {folder.name for folder in await session.folders()}
    uid = await session.append(name, mail(1), seen=True)
    mailbox = await session.select(name)
    assert (mailbox.name, mailbox.exists) == (name, 1)
    assert await session.uids_after(0) == (uid,)


async def test_folders_tell_their_use(session: ImapSession) -> None:
    special = {folder.special: folder.name for folder in await session.folders()}
    assert special["\\Sent"] == "Sent"
    assert await session.find_folder(SENT) == "Sent"
    assert await session.find_folder(DRAFTS) == "Drafts"
    assert await session.find_folder("\\Flagged", ("INBOX",)) == "INBOX"
    assert await session.find_folder("\\Flagged") is None


async def test_select_tells_what_the_folder_is(mail_user: MailUser, session: ImapSession) -> None:
    mail_user.deliver(mail(1))
    mailbox = await session.select("INBOX")
    assert mailbox.uidvalidity > 0
    assert mailbox.exists == 1
    assert mailbox.keywords_allowed
    assert not mailbox.read_only
    mail_user.deliver(mail(2))
    again = await session.select("INBOX")
    assert (again.uidvalidity, again.uidnext) == (mailbox.uidvalidity, mailbox.uidnext + 1)


async def test_a_folder_made_again_is_another_one(dovecot_user: MailUser) -> None:
    session = await ImapSession.open(dovecot_user.account())
    seen = set()
    for _ in range(2):
        with dovecot_user.connection() as imap:
            require(imap.create("Clients"))
            seen.add((await session.select("Clients")).uidvalidity)
            await session.select("INBOX")
            require(imap.delete("Clients"))
    assert len(seen) == 2
    await session.close()


async def test_a_folder_that_is_not_there(session: ImapSession) -> None:
    with pytest.raises(CommandRefused):
        await session.select("Nowhere é")
    with pytest.raises(CommandRefused) as raised:
        await session.append("Nowhere é", mail(1), seen=True)
    assert raised.value.code in {"TRYCREATE", "NONEXISTENT"}
    await session.select("INBOX")
    assert await session.uids_after(0) == ()


async def test_what_is_appended_is_fetched_byte_for_byte(session: ImapSession) -> None:
    raws = [mail(1), mail(2, "x" * 70_000), mail(3, ")\r\nA1 OK\r\n* 9 EXISTS\r\n{3}")]
    uids = [await session.append("INBOX", raw, seen=False) for raw in raws]
    assert None not in uids
    headlines = await session.headlines(uids)
    assert [(h.uid, h.size) for h in headlines] == [
        (uid, len(raw)) for uid, raw in zip(uids, raws, strict=True)
    ]
    assert abs(headlines[0].received_at - datetime.now(UTC)) < timedelta(minutes=5)
    fetched = [one async for one in session.fetch(uids)]
    assert fetched == [Fetched(uid, raw) for uid, raw in zip(uids, raws, strict=True)]
    assert await session.fetch_headers(uids[1]) == raws[1].partition(b"xx")[0]


async def test_nothing_marks_a_mail_as_read(mail_user: MailUser, session: ImapSession) -> None:
    mail_user.deliver(mail(1))
    await session.select("INBOX")
    (uid,) = await session.uids_after(0)
    _ = [one async for one in session.fetch([uid])]
    await session.fetch_headers(uid)
    await session.add_keyword([uid], "$MailagentDone")
    (headline,) = await session.headlines([uid])
    assert headline.flags - {"\\Recent"} == {"$MailagentDone"}


async def test_seen_and_draft(session: ImapSession) -> None:
    await session.append("Drafts", mail(1), seen=True, draft=True)
    await session.append("Drafts", mail(2), seen=False)
    await session.select("Drafts")
    flags = [h.flags - {"\\Recent"} for h in await session.headlines(await session.uids_after(0))]
    assert flags == [{"\\Seen", "\\Draft"}, set()]


async def test_searches(mail_user: MailUser, session: ImapSession) -> None:
    for number in (1, 2, 3):
        mail_user.deliver(mail(number))
    await session.select("INBOX")
    uids = await session.uids_after(0)
    assert len(uids) == 3
    assert await session.uids_after(uids[1]) == uids[2:]
    assert await session.uids_after(uids[2]) == ()
    assert await session.uids_after(uids[2] + 100) == ()
    today = datetime.now(UTC).date()
    assert await session.uids_since(today - timedelta(days=2)) == uids
    assert await session.uids_since(date(2001, 2, 3)) == uids
    assert await session.uids_since(today + timedelta(days=2)) == ()
    assert await session.search_header("Message-ID", "<2@example.test>") == uids[1:2]
    assert await session.search_header("Message-ID", 'no "such" \\ id') == ()


async def test_more_mails_than_one_fetch_takes(session: ImapSession) -> None:
    raws = [mail(number) for number in range(120)]
    for raw in raws:
        await session.append("INBOX", raw, seen=False)
    uids = await session.uids_after(0)
    assert [h.uid for h in await session.headlines(uids)] == list(uids)
    assert [one.raw async for one in session.fetch(uids)] == raws


async def test_a_mail_another_program_removed(mail_user: MailUser, session: ImapSession) -> None:
    for number in (1, 2):
        mail_user.deliver(mail(number))
    await session.select("INBOX")
    gone, kept = await session.uids_after(0)
    assert len(await session.headlines([gone, kept])) == 2
    with mail_user.connection() as imap:
        require(imap.select("INBOX"))
        require(imap.uid("STORE", str(gone), "+FLAGS", "(\\Deleted)"))
        require(imap.expunge())
    fetched = [one.uid async for one in session.fetch([gone, kept])]
    assert fetched in ([kept], [gone, kept])  # Cyrus lets those who look on have it still
    await session.select("INBOX")
    assert [one.uid async for one in session.fetch([gone, kept])] == [kept]
    assert [h.uid for h in await session.headlines([gone, kept])] == [kept]
    assert await session.fetch_headers(gone) == b""
    await session.add_keyword([gone], "$MailagentDone")
    await session.add_keyword([999_999], "$MailagentDone")


async def test_idle_tells_a_delivery(mail_user: MailUser, session: ImapSession) -> None:
    wake = asyncio.Event()
    waiting = asyncio.ensure_future(session.wait_for_news(60, wake))
    await asyncio.to_thread(mail_user.deliver, mail(1))
    assert await waiting
    assert len(await session.uids_after(0)) == 1
    assert not await session.wait_for_news(0.05, wake)


async def test_a_delivery_during_a_fetch_is_news(mail_user: MailUser, session: ImapSession) -> None:
    mail_user.deliver(mail(1))
    async with asyncio.timeout(30):
        while not await session.uids_after(0):  # the server tells EXISTS with one of these answers
            pass
    assert await session.wait_for_news(60, asyncio.Event())


async def test_a_wake_ends_idle_and_the_session_goes_on(session: ImapSession) -> None:
    wake = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, wake.set)
    assert not await session.wait_for_news(60, wake)
    assert await session.uids_after(0) == ()


@pytest.mark.parametrize("security", [Security.TLS, Security.NONE])
async def test_a_connection_cut_in_idle_is_seen_at_once(
    mail_user: MailUser, security: Security
) -> None:
    account = mail_user.account(security)
    async with FaultProxy(HOST, account.server.port) as proxy, asyncio.timeout(20):
        through = replace(account, server=replace(account.server, port=proxy.port))
        for cut in (proxy.close, proxy.reset):
            session = await ImapSession.open(through)
            await session.select("INBOX")
            waiting = asyncio.ensure_future(session.wait_for_news(3600, asyncio.Event()))
            await proxy.has_passed(proxy.passed[Way.DOWN] + 5, Way.DOWN)  # the answer to IDLE
            cut()
            with pytest.raises(TransportUnavailable):
                await waiting
            await session.close()
