"""Whatever a server does wrong: the call ends in time with TransportUnavailable, and the session is dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from itertools import product

import pytest

from mailagent.errors import TransportUnavailable
from mailagent.transport.imap import Deadlines, Fetched, ImapSession
from tests.peers.fault_proxy import FaultProxy, Way
from tests.peers.scripted_imap import (
    MAIL,
    Peer,
    Reply,
    ScriptedImap,
    hang_up,
    headline,
    reset,
    silence,
)

SHORT = Deadlines(command=0.1, silence=0.1, idle=0.1, logout=0.1)

Call = Callable[[ImapSession], Awaitable[object]]

CALLS: dict[str, Call] = {
    "SELECT": lambda session: session.select("INBOX"),
    "UID SEARCH": lambda session: session.uids_after(0),
    "UID FETCH": lambda session: session.headlines([7]),
    "UID STORE": lambda session: session.add_keyword([7], "$Done"),
    "APPEND": lambda session: session.append("Sent", b"x", seen=True),
    "LIST": lambda session: session.folders(),
    "IDLE": lambda session: session.wait_for_news(30, asyncio.Event()),
}


async def selected(server: ScriptedImap, deadlines: Deadlines, port: int = 0) -> ImapSession:
    return await prepared(server, "", deadlines, port)


async def prepared(
    server: ScriptedImap, command: str, deadlines: Deadlines, port: int = 0
) -> ImapSession:
    """Ready for that command, which the deadlines are for: what comes before may be slow."""
    session = await ImapSession.open(server.account(port=port))
    if command != "SELECT":
        await session.select("INBOX")
    session._connection.deadlines = deadlines
    return session


async def is_dead(session: ImapSession) -> None:
    """Every call fails at once, without a word to the server."""
    began = time.monotonic()
    for call in CALLS.values():
        if call is not CALLS["UID STORE"]:  # does nothing where no folder with keywords is selected
            with pytest.raises(TransportUnavailable):
                await call(session)
    with pytest.raises(TransportUnavailable):
        await session.fetch_headers(7)
    with pytest.raises(TransportUnavailable):
        await session.uids_since(date(2026, 1, 1))
    await session.close()
    assert time.monotonic() - began < 1


FAULTS: dict[str, Reply] = {
    "the connection is closed": hang_up,
    "the connection is reset": reset,
    "BYE": b"* BYE shutting down\r\n",
    "garbage": b"what do you mean?\r\n",
    "another tag": b"X9 OK done\r\n",
    "neither OK nor NO": b"{tag} MAYBE\r\n",
    "a continuation that makes no sense": b"+ go on\r\n+ go on\r\n+ go on\r\n{tag} OK done\r\n",
    "an unfinished line": b"* SEARCH 1 2",
    "an unfinished literal": b"* 1 FETCH (UID 7 BODY[] {500}\r\nabc",
    "silence": silence,
}


@pytest.mark.parametrize(
    ("command", "fault"),
    # In IDLE, a second continuation is what some servers send to keep the connection alive.
    sorted({*product(CALLS, FAULTS)} - {("IDLE", "a continuation that makes no sense")}),
)
async def test_every_fault_at_every_command_ends_the_session(command: str, fault: str) -> None:
    async with ScriptedImap({command: FAULTS[fault]}) as server:
        session = await prepared(server, command, SHORT)
        began = time.monotonic()
        with pytest.raises(TransportUnavailable, match=f"127.0.0.1:{server.port}: "):
            await CALLS[command](session)
        assert time.monotonic() - began < 5
        await is_dead(session)


@pytest.mark.parametrize("fault", ["the connection is closed", "the connection is reset", "BYE"])
@pytest.mark.parametrize("command", CALLS)
async def test_a_lost_connection_is_noticed_without_waiting(command: str, fault: str) -> None:
    patient = Deadlines(*(3600.0,) * 5)
    async with ScriptedImap({command: FAULTS[fault]}) as server, asyncio.timeout(10):
        session = await prepared(server, command, patient)
        with pytest.raises(TransportUnavailable):
            await CALLS[command](session)


async def test_the_reason_is_what_the_server_said() -> None:
    async with ScriptedImap({"UID SEARCH": b"* BYE down for maintenance\r\n"}) as server:
        session = await selected(server, Deadlines())
        for _ in range(2):
            with pytest.raises(TransportUnavailable, match="down for maintenance"):
                await session.uids_after(0)


@pytest.mark.parametrize("command", CALLS)
async def test_a_cancelled_command_ends_the_session(command: str) -> None:
    async with ScriptedImap({command: silence}) as server:
        session = await prepared(server, command, Deadlines())
        task = asyncio.ensure_future(CALLS[command](session))
        await server.said(command.encode())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await is_dead(session)


async def test_a_late_answer_is_not_taken_for_the_next_one() -> None:
    late = asyncio.Event()

    async def slow(peer: Peer, tag: bytes) -> None:
        await late.wait()
        await peer.send(b"* SEARCH 666\r\n" + tag + b" OK done\r\n")

    async with ScriptedImap({"UID SEARCH": slow}) as server:
        session = await selected(server, SHORT)
        with pytest.raises(TransportUnavailable, match=r"UID SEARCH: no answer within 0\.1 s"):
            await session.uids_after(0)
        late.set()
        await is_dead(session)


async def test_a_thousand_lines_in_one_piece() -> None:
    lines = b"".join(headline(n, n, flags=b"\\Seen $Forwarded") for n in range(1, 20_001))
    async with ScriptedImap({"UID FETCH": lines + b"{tag} OK done\r\n"}) as server:
        session = await selected(server, Deadlines())
        began = time.monotonic()
        assert [h.uid for h in await session.headlines([7, 19_999])] == [7, 19_999]
        assert time.monotonic() - began < 10  # aioimaplib alone: 36 s, and a stack overflow before
        await session.close()


async def test_a_search_that_finds_very_much() -> None:
    uids = range(1, 200_001)
    answer = b"* SEARCH " + b" ".join(b"%d" % uid for uid in uids) + b"\r\n{tag} OK done\r\n"
    async with ScriptedImap({"UID SEARCH": answer}) as server:
        session = await selected(server, Deadlines())
        assert await session.uids_after(0) == tuple(uids)
        await session.close()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 21, 34])
async def test_answers_may_arrive_in_pieces_of_any_size(size: int) -> None:
    """Among them pieces that end within a literal, at its end, and between CR and LF."""
    mail = b"literal {7}\r\n* 9 EXISTS\r\n)\r\n"
    answer = (
        headline(1, 7, len(mail))
        + b"* 1 FETCH (UID 7 BODY[] {%d}\r\n%b FLAGS (\\Seen))\r\n" % (len(mail), mail)
        + b"* 2 FETCH (FLAGS () BODY[] {0}\r\n UID 8)\r\n"
        + headline(2, 8, 0)
    )

    async def pieces(peer: Peer, tag: bytes) -> None:
        whole = answer + tag + b" OK done\r\n"
        for start in range(0, len(whole), size):
            await peer.send(whole[start : start + size])
            await asyncio.sleep(0)

    async with ScriptedImap({"UID FETCH": pieces}) as server:
        session = await selected(server, Deadlines())
        fetched = [mail async for mail in session.fetch([7, 8])]
        assert fetched == [Fetched(7, mail), Fetched(8, b"")]
        await session.close()


async def test_free_text_that_looks_like_a_literal_is_none() -> None:
    answer = b"* OK please read {12}\r\n* SEARCH 7\r\n{tag} OK done {5}\r\n"
    async with ScriptedImap({"UID SEARCH": answer}) as server:
        session = await selected(server, Deadlines())
        assert await session.uids_after(0) == (7,)
        await session.close()


async def test_a_literal_that_nobody_asked_for_is_thrown_away() -> None:
    answer = b"+ idling\r\n* 1 FETCH (BODY[] {9}\r\nA1 OK :)\r\n)\r\n* 2 EXISTS\r\n"

    async def idle(peer: Peer, tag: bytes) -> None:
        await peer.send(answer)
        await peer.line()
        await peer.send(tag + b" OK done\r\n")

    async with ScriptedImap({"IDLE": idle}) as server:
        session = await selected(server, Deadlines())
        assert await session.wait_for_news(30, asyncio.Event())
        assert await session.uids_after(0) == (7,)
        await session.close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"* 1 FETCH (UID 7 BODY[] {99999999999}\r\n", "literal of 99999999999 bytes"),
        (b"* SEARCH " + b"1 " * 9_000_000, "a line that does not end"),
    ],
)
async def test_what_is_sent_is_bounded(answer: bytes, reason: str) -> None:
    async with ScriptedImap({"UID FETCH": answer}) as server:
        session = await selected(server, Deadlines())
        with pytest.raises(TransportUnavailable, match=reason):
            await session.headlines([7])


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("UID SEARCH", b"* SEARCH 1 two\r\n{tag} OK done\r\n"),
        ("UID FETCH", b"* 1 FETCH (UID 7 RFC822.SIZE\r\n{tag} OK done\r\n"),
        ("UID FETCH", b"* 1 FETCH (UID seven)\r\n{tag} OK done\r\n"),
        ("SELECT", b"* 1 EXISTS\r\n{tag} OK no UIDVALIDITY\r\n"),
        ("SELECT", b"* OK [UIDVALIDITY x] ok\r\n{tag} OK done\r\n"),
        ("APPEND", b"+ go\r\n{tag} OK [APPENDUID 1] done\r\n"),
    ],
)
async def test_an_answer_that_makes_no_sense_ends_the_session(command: str, answer: bytes) -> None:
    async with ScriptedImap({command: answer}) as server:
        session = await prepared(server, command, Deadlines())
        with pytest.raises(TransportUnavailable):
            await CALLS[command](session)
        await is_dead(session)


async def test_a_mail_may_take_its_time_as_long_as_something_comes() -> None:
    async def slow(peer: Peer, tag: bytes) -> None:
        if b"SIZE" in server.commands[-1]:
            await peer.send(headline(1, 7, len(MAIL)))
        else:
            await peer.send(b"* 1 FETCH (UID 7 BODY[] {%d}\r\n" % len(MAIL))
            for position in range(len(MAIL)):
                await peer.send(MAIL[position : position + 1])
                await asyncio.sleep(0.012)  # in all longer than the silence allowed
            await peer.send(b")\r\n")
        await peer.send(tag + b" OK done\r\n")

    async with ScriptedImap({"UID FETCH": slow}) as server:
        session = await selected(server, Deadlines(silence=0.5))
        assert [mail.raw async for mail in session.fetch([7])] == [MAIL]
        await session.close()


async def test_a_mail_that_trickles_for_ever_is_given_up() -> None:
    async with (
        ScriptedImap(mails={7: b"x" * 100_000}) as server,
        FaultProxy("127.0.0.1", server.port) as proxy,
    ):
        session = await selected(server, Deadlines(), proxy.port)
        await session.headlines([7])
        session._connection.deadlines = Deadlines(command=0.1, slowest=1_000_000)
        proxy.piece, proxy.delay = 10, 0.01
        with pytest.raises(TransportUnavailable, match=r"no answer within 0\.2 s"):
            _ = [mail async for mail in session.fetch([7])]


async def test_a_mail_cut_short_is_no_mail() -> None:
    async with ScriptedImap() as server, FaultProxy("127.0.0.1", server.port) as proxy:
        session = await selected(server, Deadlines(silence=0.2), proxy.port)
        await session.headlines([7])
        proxy.swallow_after(60, Way.DOWN)
        mails = session.fetch([7])
        with pytest.raises(TransportUnavailable, match=r"nothing came for 0\.2 s"):
            await anext(mails)
        await is_dead(session)


async def test_closing_is_bounded_and_silent() -> None:
    async with ScriptedImap({"LOGOUT": silence}) as server:
        session = await selected(server, SHORT)
        await session.close()
        await is_dead(session)


async def test_closing_ends_the_wait_of_another_task() -> None:
    async with ScriptedImap() as server:
        session = await selected(server, Deadlines())
        waiting = asyncio.ensure_future(session.wait_for_news(3600, asyncio.Event()))
        await server.said(b"IDLE")
        await session.close()
        with pytest.raises(TransportUnavailable, match="closed"):
            await waiting
