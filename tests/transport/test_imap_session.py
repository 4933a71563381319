"""What a session asks of a server, word by word, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest

from mailagent.transport.imap import (
    BATCH,
    CommandRefused,
    Deadlines,
    Fetched,
    Headline,
    ImapSession,
    Mailbox,
)
from tests.peers.scripted_imap import MAIL, Peer, Reply, ScriptedImap, headline


async def opened(server: ScriptedImap, folder: str = "INBOX", **deadlines: float) -> ImapSession:
    session = await ImapSession.open(server.account(), Deadlines(**deadlines))
    await session.select(folder)
    return session


async def collected(session: ImapSession, *uids: int) -> list[Fetched]:
    return [mail async for mail in session.fetch(uids)]


async def test_the_usual_round() -> None:
    async with ScriptedImap() as server:
        session = await ImapSession.open(server.account())
        assert session.capabilities == {"IMAP4REV1", "SASL-IR", "IDLE", "UIDPLUS"}
        mailbox = await session.select("INBOX")
        assert mailbox == Mailbox(
            name="INBOX", uidvalidity=1, uidnext=8, exists=1, keywords_allowed=True, read_only=False
        )
        assert await session.uids_after(0) == (7,)
        received_at = datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
        assert await session.headlines([7]) == (
            Headline(7, len(MAIL), received_at, frozenset({"\\Seen"})),
        )
        assert await collected(session, 7) == [Fetched(7, MAIL)]
        await session.add_keyword([7], "$MailagentDone")
        assert await session.append("Sent", b"x\r\n", seen=True) == 8
        await session.close()
    assert server.commands == [
        b"CAPABILITY",
        b'LOGIN "ann@example.test" "pass word"',
        b"CAPABILITY",
        b'SELECT "INBOX"',
        b"UID SEARCH UID 1:*",
        b"UID FETCH 7 (UID FLAGS INTERNALDATE RFC822.SIZE)",
        b"UID FETCH 7 (UID BODY.PEEK[])",
        b"UID STORE 7 +FLAGS.SILENT ($MailagentDone)",
        b'APPEND "Sent" (\\Seen) {3}',
        b"LOGOUT",
    ]


async def test_the_newest_mail_is_not_new_again() -> None:
    """n:* always names the newest mail."""
    async with ScriptedImap() as server:
        session = await opened(server)
        assert await session.uids_after(7) == ()
        assert await session.uids_after(6) == (7,)
        await session.close()


async def test_searches_are_ascii_and_name_no_charset() -> None:
    async with ScriptedImap() as server:
        session = await opened(server)
        await session.uids_since(date(2026, 2, 3))
        await session.search_header("Message-ID", '<a"b@example.test>')
        with pytest.raises(ValueError, match="ASCII"):
            await session.search_header("Subject", "échéance")
        await session.close()
    assert b"UID SEARCH SINCE 3-Feb-2026" in server.commands
    assert b'UID SEARCH HEADER "Message-ID" "<a\\"b@example.test>"' in server.commands


async def test_at_most_fifty_uids_are_asked_for_at_once() -> None:
    mails = dict.fromkeys((*range(1, 81), *range(100, 160, 2)), b"x\r\n")
    async with ScriptedImap(mails=mails) as server:
        session = await opened(server)
        assert len(await session.headlines(mails)) == len(mails)
        fetched = await collected(session, *mails)
        await session.close()
    assert [mail.uid for mail in fetched] == sorted(mails)
    bodies = [line for line in server.commands if b"BODY" in line]
    odd = b",".join(b"%d" % uid for uid in range(100, 140, 2))
    assert [line.split(b" ")[2] for line in bodies] == [
        b"1:50",
        b"51:80," + odd,
        b",".join(b"%d" % uid for uid in range(140, 160, 2)),
    ]
    assert BATCH == 50


async def test_large_mails_come_one_by_one() -> None:
    mails = {1: b"a" * 10, 2: b"b" * 5_000_000, 3: b"c" * 5_000_000, 4: b"d"}
    async with ScriptedImap(mails=mails) as server:
        session = await opened(server)
        assert {m.uid: m.raw for m in await collected(session, 1, 2, 3, 4)} == mails
        await session.close()
    bodies = [line.split(b" ")[2] for line in server.commands if b"BODY" in line]
    assert bodies == [b"1:2", b"3:4"]


async def test_a_vanished_mail_is_absent() -> None:
    async with ScriptedImap(mails={1: b"one", 3: b"three"}) as server:
        session = await opened(server)
        assert [h.uid for h in await session.headlines([1, 2, 3])] == [1, 3]
        del server.mails[1]  # between its headline and its body
        assert await collected(session, 1, 2, 3) == [Fetched(3, b"three")]
        assert await session.fetch_headers(2) == b""
        await session.close()


async def test_nothing_is_asked_for_no_mail() -> None:
    async with ScriptedImap() as server:
        session = await opened(server)
        assert await session.headlines([]) == ()
        assert await collected(session) == []
        await session.close()
    assert server.count(b"UID FETCH") == 0


async def test_sizes_belong_to_the_selected_folder() -> None:
    async with ScriptedImap() as server:
        session = await opened(server)
        await session.headlines([7])
        await session.select("Sent")
        await collected(session, 7)
        await session.close()
    assert server.count(b"UID FETCH 7 (UID FLAGS") == 2


async def test_only_the_header_of_a_large_mail_is_fetched() -> None:
    answer = b"* 1 FETCH (UID 7 BODY[HEADER]<0> {5}\r\nA: b\n)\r\n{tag} OK done\r\n"
    async with ScriptedImap({"UID FETCH": answer}) as server:
        session = await opened(server)
        assert await session.fetch_headers(7) == b"A: b\n"
        await session.close()
    assert server.commands[-2] == b"UID FETCH 7 (UID BODY.PEEK[HEADER]<0.1000000>)"


async def test_a_mail_the_server_cannot_read_does_not_hide_the_others() -> None:
    async def exchange(peer: Peer, tag: bytes) -> None:
        command = server.commands[-1]
        if b"SIZE" in command:
            await peer.send(b"".join(headline(uid, uid) for uid in (1, 2, 3)))
        elif command.split(b" ")[2] == b"1":
            await peer.send(b"* 1 FETCH (UID 1 BODY[] {2}\r\nok)\r\n")
        else:
            await peer.send(tag + b" NO Server Unavailable. 15\r\n")
            return
        await peer.send(tag + b" OK done\r\n")

    async with ScriptedImap({"UID FETCH": exchange}) as server:
        session = await opened(server)
        mails = session.fetch([1, 2, 3])
        assert await anext(mails) == Fetched(1, b"ok")
        with pytest.raises(CommandRefused) as refused:
            await anext(mails)
        assert refused.value.uid == 2
        await session.close()


@pytest.mark.parametrize(
    ("flags", "code"), [(b"(\\Seen)", b"READ-WRITE"), (b"(\\Seen \\*)", b"READ-ONLY")]
)
async def test_no_keyword_where_the_folder_keeps_none(flags: bytes, code: bytes) -> None:
    answer = b"* OK [UIDVALIDITY 1] ok\r\n* OK [PERMANENTFLAGS %b] ok\r\n{tag} OK [%b] ok\r\n"
    async with ScriptedImap({"SELECT": answer % (flags, code)}) as server:
        session = await opened(server)
        await session.add_keyword([7], "$MailagentDone")
        await session.close()
    assert server.count(b"UID STORE") == 0


@pytest.mark.parametrize(
    ("seen", "draft", "flags"),
    [
        (True, False, b"(\\Seen)"),
        (False, True, b"(\\Draft)"),
        (True, True, b"(\\Seen \\Draft)"),
        (False, False, b"()"),
    ],
)
async def test_append_files_the_very_bytes(seen: bool, draft: bool, flags: bytes) -> None:
    raw = b"Subject: \xe9 {3}\r\n\r\nA1 OK\r\n\x00"
    async with ScriptedImap() as server:
        session = await opened(server)
        await session.append("Brouillons (1)", raw, seen, draft)
        await session.close()
    assert server.mails[8] == raw
    assert b'APPEND "Brouillons (1)" %b {%d}' % (flags, len(raw)) in server.commands


async def test_append_without_uidplus_tells_no_uid() -> None:
    async def old(peer: Peer, tag: bytes) -> None:
        await peer.send(b"+ go on\r\n")
        await peer.reader.readexactly(3)
        await peer.send(tag + b" OK done\r\n")

    async with ScriptedImap({"APPEND": old}, b"IMAP4rev1") as server:
        session = await opened(server)
        assert await session.append("Sent", b"x", seen=True) is None
        await session.close()


@pytest.mark.parametrize(
    ("capabilities", "command"),
    [
        (b"IMAP4rev1 SPECIAL-USE LIST-EXTENDED", b'LIST "" "*" RETURN (SPECIAL-USE)'),
        (b"IMAP4rev1 SPECIAL-USE", b'LIST "" "*"'),  # Gmail tells it unasked
        (b"IMAP4rev1", b'LIST "" "*"'),
    ],
)
async def test_special_uses_are_asked_for_where_that_is_known(
    capabilities: bytes, command: bytes
) -> None:
    answer = b'* LIST () "/" Sent\r\n* LIST (\\Sent) "/" "Envoy&AOk-s"\r\n{tag} OK done\r\n'
    async with ScriptedImap({"LIST": answer}, capabilities) as server:
        session = await ImapSession.open(server.account())
        assert await session.find_folder("\\Sent") == "Envoyés"
        assert await session.find_folder("\\Drafts") is None
        await session.close()
    assert command in server.commands


COMMANDS = ["SELECT", "UID SEARCH", "UID FETCH", "UID STORE", "APPEND", "LIST"]


@pytest.mark.parametrize("status", [b"NO", b"BAD"])
@pytest.mark.parametrize("command", COMMANDS)
async def test_a_refusal_is_told_and_the_connection_goes_on(command: str, status: bytes) -> None:
    replies: dict[str, Reply] = {
        command: b"{tag} " + status + b" [NONEXISTENT] it is not there\r\n"
    }
    async with ScriptedImap(replies) as server:
        session = await ImapSession.open(server.account())
        if command != "SELECT":
            await session.select("INBOX")
        with pytest.raises(CommandRefused, match="it is not there") as refused:
            await told(session, command)
        assert (refused.value.command, refused.value.status) == (command, status.decode())
        assert refused.value.code == "NONEXISTENT"
        await session.close()
    assert server.commands[-1] == b"LOGOUT"


async def told(session: ImapSession, command: str) -> None:
    match command:
        case "SELECT":
            await session.select("INBOX")
        case "UID SEARCH":
            await session.uids_after(0)
        case "UID FETCH":
            await session.headlines([7])
        case "UID STORE":
            await session.add_keyword([7], "$Done")
        case "APPEND":
            await session.append("Sent", b"x", seen=True)
        case _:
            await session.folders()


async def test_two_callers_take_turns() -> None:
    async with ScriptedImap() as server:
        session = await opened(server)
        found = await asyncio.gather(*(session.uids_after(uid) for uid in (0, 6, 7, 8)))
        assert found == [(7,), (7,), (), ()]
        await session.close()
