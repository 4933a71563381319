"""Waiting for news: IDLE in all the ways it goes wrong, and polling where there is none."""

from __future__ import annotations

import asyncio
import time

import pytest

from mailagent.errors import TransportUnavailable
from mailagent.transport.imap import Deadlines, ImapSession
from tests.peers.fault_proxy import FaultProxy
from tests.peers.scripted_imap import Peer, Reply, ScriptedImap, silence

SHORT = Deadlines(idle=0.1)
NEVER = 3600.0


def quiet() -> asyncio.Event:
    return asyncio.Event()


async def selected(
    server: ScriptedImap,
    deadlines: Deadlines = Deadlines(),  # noqa: B008 - frozen
    *,
    port: int = 0,
    poll_seconds: int = 60,
) -> ImapSession:
    account = server.account(port=port, poll_seconds=poll_seconds)
    session = await ImapSession.open(account, deadlines)
    await session.select("INBOX")
    return session


def idle(pushed: bytes, after_done: bytes = b"") -> Reply:
    """Agree to IDLE, push this, wait for DONE, say that and OK."""

    async def agreed(peer: Peer, tag: bytes) -> None:
        await peer.send(b"+ idling\r\n" + pushed)
        if await peer.line() == b"DONE":
            await peer.send(after_done + tag + b" OK done\r\n")

    return agreed


async def test_a_push_is_told_at_once() -> None:
    async with ScriptedImap(
        {"IDLE": idle(b"* OK Still here\r\n* 2 EXISTS\r\n* 1 RECENT\r\n")}
    ) as server:
        session = await selected(server)
        assert await session.wait_for_news(NEVER, quiet())
        assert await session.uids_after(0) == (7,)  # the connection goes on
        await session.close()


@pytest.mark.parametrize(
    "pushed",
    [
        b"",
        b"* OK Still here\r\n",
        b"* 1 FETCH (FLAGS (\\Seen))\r\n",
        b"* 1 EXISTS\r\n",
        b"+ still\r\n",
    ],
)
async def test_only_another_number_of_mails_is_news(pushed: bytes) -> None:
    async with ScriptedImap({"IDLE": idle(pushed)}) as server:
        session = await selected(server)
        assert not await session.wait_for_news(0.05, quiet())
        assert server.commands[-1] == b"IDLE"
        await session.close()


async def test_one_gone_and_one_come_is_news() -> None:
    async with ScriptedImap({"IDLE": idle(b"* 1 EXPUNGE\r\n* 1 EXISTS\r\n")}) as server:
        session = await selected(server)
        assert await session.wait_for_news(NEVER, quiet())
        await session.close()


async def test_a_push_between_done_and_its_answer_is_told() -> None:
    async with ScriptedImap({"IDLE": idle(b"", after_done=b"* 2 EXISTS\r\n")}) as server:
        session = await selected(server)
        assert await session.wait_for_news(0.05, quiet())
        assert not await session.wait_for_news(0.05, quiet())
        await session.close()


@pytest.mark.parametrize("command", ["UID SEARCH", "UID FETCH", "UID STORE", "APPEND", "LIST"])
async def test_a_push_during_another_command_is_remembered(command: str) -> None:
    async def pushing(peer: Peer, tag: bytes) -> None:
        await peer.send(b"* 2 EXISTS\r\n" + tag + b" OK done\r\n")

    async with ScriptedImap({command: pushing, "IDLE": silence}) as server:
        session = await selected(server)
        await session.uids_after(0)
        await session.headlines([7])
        await session.add_keyword([7], "$Done")
        await session.append("Sent", b"x", seen=True)
        await session.folders()
        assert await session.wait_for_news(NEVER, quiet())
        assert server.count(b"IDLE") == 0
        await session.close()


async def test_a_push_right_behind_select_is_remembered() -> None:
    answer = b"* 1 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n{tag} OK done\r\n* 2 EXISTS\r\n"
    async with ScriptedImap({"SELECT": answer}) as server:
        session = await selected(server)
        assert await session.wait_for_news(NEVER, quiet())
        await session.close()


async def test_opening_another_folder_is_no_news() -> None:
    async with ScriptedImap() as server:
        session = await selected(server)
        server.mails[8] = b"x"
        await session.select("Sent")
        assert not await session.wait_for_news(0.05, quiet())
        await session.close()


async def test_a_wake_ends_the_wait() -> None:
    wake = asyncio.Event()
    async with ScriptedImap() as server:
        session = await selected(server)
        waiting = asyncio.ensure_future(session.wait_for_news(NEVER, wake))
        await server.said(b"IDLE")
        wake.set()
        assert not await waiting
        assert not await session.wait_for_news(NEVER, wake)  # still set: not even asked
        assert server.count(b"IDLE") == 1
        await session.close()


async def test_no_answer_to_idle_ends_the_session() -> None:
    async with ScriptedImap({"IDLE": silence}) as server:
        session = await selected(server, SHORT)
        with pytest.raises(TransportUnavailable, match="no answer to IDLE"):
            await session.wait_for_news(NEVER, quiet())


async def test_nonsense_after_done_ends_the_session() -> None:
    async with ScriptedImap({"IDLE": b"+ idling\r\n"}) as server:  # takes DONE for a tag
        session = await selected(server)
        with pytest.raises(TransportUnavailable, match="belongs to no command"):
            await session.wait_for_news(0.05, quiet())


async def test_no_answer_to_done_ends_the_session() -> None:
    async def deaf(peer: Peer, tag: bytes) -> None:
        await peer.send(b"+ idling\r\n")
        await peer.line()

    async with ScriptedImap({"IDLE": deaf}) as server:
        session = await selected(server, SHORT)
        with pytest.raises(TransportUnavailable, match="no answer to DONE"):
            await session.wait_for_news(0.05, quiet())


@pytest.mark.parametrize("answer", [b"* BYE not now\r\n", b"+ idling\r\n* BYE not now\r\n"])
async def test_bye_before_or_in_idle_is_seen_at_once(answer: bytes) -> None:
    async with ScriptedImap({"IDLE": answer}) as server, asyncio.timeout(10):
        session = await selected(server)
        with pytest.raises(TransportUnavailable, match="not now"):
            await session.wait_for_news(NEVER, quiet())


@pytest.mark.parametrize("end", [Peer.close, Peer.reset])
async def test_a_connection_that_ends_in_idle_is_seen_at_once(end) -> None:
    async with ScriptedImap() as server, asyncio.timeout(10):
        session = await selected(server)
        waiting = asyncio.ensure_future(session.wait_for_news(NEVER, quiet()))
        await server.said(b"IDLE")
        await end(server.peers[0])
        with pytest.raises(TransportUnavailable):
            await waiting


async def test_a_silent_path_is_noticed_when_idle_is_renewed() -> None:
    """Half-open: no packet comes back any more, and nobody says so."""
    async with ScriptedImap() as server, FaultProxy("127.0.0.1", server.port) as proxy:
        session = await selected(server, SHORT, port=proxy.port)
        waiting = asyncio.ensure_future(session.wait_for_news(0.3, quiet()))
        await server.said(b"IDLE")
        proxy.stall()
        began = time.monotonic()
        with pytest.raises(TransportUnavailable):
            await waiting
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("status", [b"NO", b"BAD"])
async def test_a_server_that_refuses_idle_is_polled(status: bytes) -> None:
    async with ScriptedImap({"IDLE": b"{tag} " + status + b" no\r\n"}) as server:
        session = await selected(server, poll_seconds=0)
        for _ in range(2):
            assert not await session.wait_for_news(NEVER, quiet())
        assert (server.count(b"IDLE"), server.count(b"NOOP")) == (1, 2)
        await session.close()


async def test_a_server_that_ends_idle_by_itself_is_not_asked_in_a_hurry() -> None:
    async with ScriptedImap({"IDLE": b"+ idling\r\n{tag} OK that was it\r\n"}) as server:
        session = await selected(server, poll_seconds=0)
        assert not await session.wait_for_news(NEVER, quiet())
        assert server.commands[-2:] == [b"IDLE", b"NOOP"]
        await session.close()


async def test_without_idle_the_server_is_polled() -> None:
    noop = b"* 2 EXISTS\r\n{tag} OK done\r\n"
    async with ScriptedImap({"NOOP": noop}, b"IMAP4rev1") as server:
        session = await selected(server, poll_seconds=0)
        assert await session.wait_for_news(NEVER, quiet())
        assert not await session.wait_for_news(NEVER, quiet())
        assert server.count(b"IDLE") == 0
        await session.close()


async def test_a_wake_ends_the_pause_between_polls() -> None:
    wake = asyncio.Event()
    async with ScriptedImap(capabilities=b"IMAP4rev1") as server:
        session = await selected(server)
        asyncio.get_running_loop().call_later(0.02, wake.set)
        assert not await session.wait_for_news(NEVER, wake)
        assert server.count(b"NOOP") == 1
        await session.close()


async def test_a_connection_that_ends_between_polls_is_seen_at_once() -> None:
    async with ScriptedImap(capabilities=b"IMAP4rev1") as server, asyncio.timeout(10):
        session = await selected(server)
        waiting = asyncio.ensure_future(session.wait_for_news(NEVER, quiet()))
        await server.peers[0].close()
        with pytest.raises(TransportUnavailable):
            await waiting
