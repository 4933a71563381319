"""Reaching a server and logging in: certificates, STARTTLS, quoting, tokens, refusals; and no secret told."""

from __future__ import annotations

import asyncio
import logging
import socket
from base64 import b64encode

import pytest

from mailagent.core.server import ImapAccount, Login, Security, Server
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.imap import Deadlines, ImapSession
from tests.peers.fault_proxy import FaultProxy
from tests.peers.free_port import free_port
from tests.peers.scripted_imap import LOGIN, Peer, ScriptedImap, hang_up, silence

SHORT = Deadlines(connect=0.2, login=0.2, command=0.2, logout=0.2)


async def refusal(account: ImapAccount, deadlines: Deadlines | None = None) -> TransportUnavailable:
    with pytest.raises(TransportUnavailable) as raised:
        await ImapSession.open(account, deadlines or Deadlines())
    return raised.value


# The way there


async def test_a_refused_connection_is_told_at_once() -> None:
    account = ImapAccount(Server("127.0.0.1", free_port(), Security.TLS, LOGIN))
    assert "refused" in str(await refusal(account)).lower()


async def test_an_unknown_host_is_told() -> None:
    account = ImapAccount(Server("no-such-host.invalid", 993, Security.TLS, LOGIN))
    assert "no-such-host.invalid:993" in str(await refusal(account))


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [
        (b"* BYE too many connections\r\n", "too many connections"),
        (b"* BYE\r\n", "no reason given"),
        (b"220 smtp.example.test ESMTP\r\n", "no IMAP greeting"),
        (b"\x16\x03\x01\r\n", "no IMAP greeting"),
        (b"* HELLO\r\n", "unknown greeting"),
        (b"* OK rea", "greeting"),
        (b"", "greeting"),
    ],
)
async def test_a_bad_greeting_is_told(greeting: bytes, reason: str) -> None:
    async with ScriptedImap(greeting=greeting) as server:
        assert reason in str(await refusal(server.account(), SHORT))
    assert server.commands == []


async def test_a_server_that_hangs_up_is_told() -> None:
    for command in ("CAPABILITY", "LOGIN"):
        async with ScriptedImap({command: hang_up}) as server:
            assert not isinstance(await refusal(server.account()), LoginRefused)


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async with ScriptedImap() as server, FaultProxy("127.0.0.1", server.port) as proxy:
        proxy.stall()
        for security in (Security.NONE, Security.TLS):
            account = server.account(security, port=proxy.port)
            assert "0.2 s" in str(await refusal(account, SHORT))


async def test_a_cancelled_opening_leaves_no_connection() -> None:
    async with ScriptedImap({"LOGIN": silence}) as server:
        opening = asyncio.ensure_future(ImapSession.open(server.account()))
        await server.said(b"LOGIN")
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        await server.left.wait()


async def test_the_kernel_watches_the_connection() -> None:
    async with ScriptedImap() as server:
        session = await ImapSession.open(server.account())
        sock = session._connection.protocol.transport.get_extra_info("socket")
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 120_000
        await session.close()


# Credentials


@pytest.mark.parametrize(
    ("login", "command"),
    [
        (Login("ann", "pass word"), b'LOGIN "ann" "pass word"'),
        (Login('a "b" c', "x\\y"), b'LOGIN "a \\"b\\" c" "x\\\\y"'),
        (Login("ann", ""), b'LOGIN "ann" ""'),
        (Login("(ann)", "{5}"), b'LOGIN "(ann)" "{5}"'),
    ],
)
async def test_login_is_quoted(login: Login, command: bytes) -> None:
    async with ScriptedImap() as server:
        session = await ImapSession.open(server.account(login=login))
        await session.close()
    assert command in server.commands


@pytest.mark.parametrize("login", [Login("ann", "clé"), Login("zoë", "x"), Login("a", "x\r\ny")])
async def test_what_cannot_be_quoted_goes_as_sasl_plain(login: Login) -> None:
    sent = b64encode(f"\0{login.username}\0{login.password}".encode())
    async with ScriptedImap() as server:
        session = await ImapSession.open(server.account(login=login))
        await session.close()
    assert b"AUTHENTICATE PLAIN " + sent in server.commands


async def test_sasl_without_initial_response() -> None:
    said: list[bytes] = []

    async def asks(peer: Peer, tag: bytes) -> None:
        await peer.send(b"+ \r\n")
        said.append(await peer.line())
        await peer.send(tag + b" OK done\r\n")

    async with ScriptedImap({"AUTHENTICATE": asks}, b"IMAP4rev1 LOGINDISABLED") as server:
        session = await ImapSession.open(server.account())
        await session.close()
    assert said == [b64encode(b"\0ann@example.test\0pass word")]
    assert server.count(b"LOGIN") == 0


async def access_token() -> str:
    return "ya29.SECRET-TOKEN"


TOKEN = Login("ann@example.test", token=access_token)


async def test_a_token_goes_as_xoauth2_and_capabilities_are_read_again() -> None:
    async with ScriptedImap() as server:

        async def accepts(peer: Peer, tag: bytes) -> None:
            server.capabilities = b"IMAP4rev1 IDLE MOVE"
            await peer.send(tag + b" OK done\r\n")

        server.replies = {"AUTHENTICATE": accepts}
        session = await ImapSession.open(server.account(login=TOKEN))
        assert "MOVE" in session.capabilities
        await session.close()
    sent = b64encode(b"user=ann@example.test\1auth=Bearer ya29.SECRET-TOKEN\1\1")
    assert b"AUTHENTICATE XOAUTH2 " + sent in server.commands


async def test_a_bad_token_is_a_refused_login_not_a_timeout() -> None:
    async def challenges(peer: Peer, tag: bytes) -> None:
        await peer.send(b"+ " + b64encode(b'{"status":"400"}') + b"\r\n")
        assert await peer.line() == b""
        await peer.send(tag + b" NO [AUTHENTICATIONFAILED] bad token\r\n")

    async with ScriptedImap({"AUTHENTICATE": challenges}) as server:
        error = await refusal(server.account(login=TOKEN))
    assert isinstance(error, LoginRefused)
    assert "bad token" in str(error)


async def test_a_token_that_does_not_come_is_not_waited_for() -> None:
    async def never() -> str:
        await asyncio.Event().wait()
        raise AssertionError

    async with ScriptedImap() as server:
        login = Login("ann", token=never)
        assert "no access token" in str(await refusal(server.account(login=login), SHORT))
    assert server.peers == []


async def test_without_a_login_none_is_sent() -> None:
    async with ScriptedImap(greeting=b"* PREAUTH hello\r\n") as server:
        for login in (None, LOGIN):
            session = await ImapSession.open(server.account(login=login))
            await session.select("INBOX")
            await session.close()
    assert server.count(b"LOGIN") == 0


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        (b"{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n", True),
        (b"{tag} NO wrong password\r\n", True),
        (b"{tag} BAD wrong password\r\n", True),
        (b"{tag} NO [EXPIRED] wrong password\r\n", True),
        (b"* BYE wrong password\r\n{tag} NO [AUTHENTICATIONFAILED] wrong password\r\n", True),
        (b"{tag} NO [UNAVAILABLE] wrong password\r\n", False),
        (b"{tag} NO [LIMIT] wrong password\r\n", False),
        (b"{tag} NO [ALERT] Too many simultaneous connections. wrong password\r\n", False),
        (b"* BYE wrong password\r\n", False),
    ],
)
async def test_only_a_refusal_for_good_is_a_refused_login(answer: bytes, refused: bool) -> None:
    async with ScriptedImap({"LOGIN": answer}) as server:
        error = await refusal(server.account())
    assert isinstance(error, LoginRefused) == refused
    assert "wrong password" in str(error)


async def test_what_the_server_wants_people_to_read_is_told() -> None:
    answer = b"* NO [WEBALERT https://example.test/unlock] Unlock it\r\n{tag} NO refused\r\n"
    async with ScriptedImap({"LOGIN": answer}) as server:
        error = str(await refusal(server.account()))
    assert "refused" in error
    assert "Unlock it" in error


# Secrets


@pytest.mark.parametrize("login", [Login("ann", 'SECRET"-pass'), Login("ann", "SECRET-é"), TOKEN])
@pytest.mark.parametrize(
    "answer", [b"{tag} OK done\r\n", b"{tag} NO no\r\n", b"X1 OK what\r\n", b""]
)
async def test_no_secret_is_logged_or_told(
    login: Login, answer: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = ""
    async with ScriptedImap({"LOGIN": answer, "AUTHENTICATE": answer}) as server:
        account = server.account(login=login)
        try:
            session = await ImapSession.open(account, Deadlines(login=0.2))
            await session.select("INBOX")
            _ = [mail async for mail in session.fetch([7])]
            await session.close()
        except TransportUnavailable as error:
            cause = error.__cause__
            told = f"{error!r} {cause!r} {cause} {error.__context__!r}"
        told += f"{account!r}"
    sent = [line for line in server.commands if line.startswith((b"LOGIN", b"AUTHENTICATE"))]
    for secret in ("SECRET", "Bonjour", sent[0].split(b" ")[-1].decode()):
        assert secret not in caplog.text
        assert secret not in told


def test_the_library_is_kept_from_logging() -> None:
    assert logging.getLogger("aioimaplib.aioimaplib").getEffectiveLevel() == logging.WARNING
