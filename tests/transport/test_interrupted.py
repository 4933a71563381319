"""Connecting that is interrupted at any moment, or meets a silent server, leaves no socket behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import socket
import ssl
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from mailagent.core.server import Login, Security, Server
from mailagent.errors import TransportUnavailable
from mailagent.transport.imap import Deadlines as ImapDeadlines
from mailagent.transport.imap import ImapSession
from mailagent.transport.smtp_connect import Deadlines, connect
from mailagent.transport.tcp import first_to_answer
from tests.peers.ca import CertificateAuthority
from tests.peers.fault_proxy import FaultProxy
from tests.peers.free_port import free_port
from tests.peers.scripted_imap import Peer, ScriptedImap, silence
from tests.peers.scripted_smtp import STALL, Act, ScriptedSmtp
from tests.transport.test_imap_tls import server_tls

Opening = Callable[[], Coroutine[Any, Any, Any]]
LOGIN = Login("agent", "a-secret")
SECURITIES = list(Security)


class Interruption:
    """Cancels a task just before the event loop's n-th callback since the task began."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._task: asyncio.Task[Any] | None = None
        self._left = 0
        run = asyncio.Handle._run

        def counting(handle: asyncio.Handle) -> None:
            if self._task is not None:
                self._left -= 1
                if self._left == 0:
                    self._task.cancel()
            run(handle)

        monkeypatch.setattr(asyncio.Handle, "_run", counting)

    async def of(self, opening: Opening, moment: int) -> tuple[Any, bool]:
        """What was opened, if anything, and whether that was done before the moment came."""
        self._task, self._left = asyncio.create_task(opening()), moment
        try:
            return await self._task, self._left > 0
        except asyncio.CancelledError:
            return None, False
        finally:
            self._task = None


def imap(ca: CertificateAuthority, security: Security) -> ScriptedImap:
    tls = server_tls(ca, "scripted")

    async def start_tls(peer: Peer, tag: bytes) -> None:
        await peer.send(tag + b" OK go ahead\r\n")
        await peer.writer.start_tls(tls)

    return ScriptedImap(
        {"STARTTLS": start_tls},
        capabilities=b"IMAP4rev1 STARTTLS",
        tls=tls if security is Security.TLS else None,
    )


def smtp(ca: CertificateAuthority, security: Security, **script: list[Act]) -> ScriptedSmtp:
    tls = server_tls(ca, "scripted")
    return ScriptedSmtp(
        extensions=("AUTH PLAIN",),
        tls=tls if security is Security.TLS else None,
        starttls=tls if security is Security.STARTTLS else None,
        **script,
    )


async def open_imap(server: ScriptedImap, security: Security, ca: CertificateAuthority) -> Any:
    return await ImapSession.open(server.account(security, ca_file=str(ca.file)))


async def open_smtp(server: ScriptedSmtp, security: Security, ca: CertificateAuthority) -> Any:
    account = server.account(security, LOGIN, ca_file=str(ca.file))
    return await connect(account.server, Deadlines())


def forgotten(work: Coroutine[Any, Any, Any]) -> list[str]:
    """What the collector finds open when a loop has done this work and is closed."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(work)
        gc.collect()
    return [str(warning.message) for warning in caught]


@pytest.mark.parametrize("security", SECURITIES, ids=str)
@pytest.mark.parametrize(("serving", "opening"), [(imap, open_imap), (smtp, open_smtp)])
def test_interrupted_at_any_moment(
    serving: Callable[..., Any],
    opening: Callable[..., Any],
    security: Security,
    test_ca: CertificateAuthority,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interruption = Interruption(monkeypatch)
    context = ssl.create_default_context()  # once: reading the system's authorities takes time
    monkeypatch.setattr(ssl, "create_default_context", lambda: context)

    async def interrupt_everywhere() -> None:
        async with serving(test_ca, security) as server:
            for moment in itertools.count(1):
                opened, was_done = await interruption.of(
                    lambda: opening(server, security, test_ca), moment
                )
                if isinstance(opened, ImapSession):
                    await opened.close()
                elif opened is not None:
                    opened.close()
                if was_done:
                    assert moment > 20  # it is a long way
                    return

    assert forgotten(interrupt_everywhere()) == []


def still_open(port: int) -> list[asyncio.BaseTransport]:
    """Our connections to that port of this machine."""
    transports = asyncio.get_running_loop()._transports.values()
    return [
        transport
        for transport in transports
        if not transport.is_closing() and transport.get_extra_info("peername")[1] == port
    ]


@pytest.mark.parametrize("security", SECURITIES, ids=str)
@pytest.mark.parametrize("phase", ["banner", "ehlo", "auth"])
async def test_smtp_server_that_falls_silent(
    phase: str, security: Security, test_ca: CertificateAuthority
) -> None:
    async with (
        smtp(test_ca, security, **{phase: [STALL]}) as server,
        FaultProxy("127.0.0.1", server.port) as proxy,
    ):
        at = Server("127.0.0.1", proxy.port, security, LOGIN, str(test_ca.file))
        opening = asyncio.create_task(connect(at, Deadlines(connect=0.5)))
        await server.reached(phase)
        assert still_open(proxy.port)
        proxy.stall()  # TLS gets no goodbye either
        with pytest.raises(TransportUnavailable, match="no answer in time"):
            await opening
        assert still_open(proxy.port) == []


@pytest.mark.parametrize("command", ["CAPABILITY", "LOGIN"])
async def test_imap_server_that_falls_silent(command: str, test_ca: CertificateAuthority) -> None:
    tls = server_tls(test_ca, "scripted")
    async with (
        ScriptedImap({command: silence}, tls=tls) as server,
        FaultProxy("127.0.0.1", server.port) as proxy,
    ):
        account = server.account(Security.TLS, ca_file=str(test_ca.file), port=proxy.port)
        deadlines = ImapDeadlines(connect=0.5, login=0.5)
        opening = asyncio.create_task(ImapSession.open(account, deadlines))
        await server.said(command.encode())
        assert still_open(proxy.port)
        proxy.stall()
        with pytest.raises(TransportUnavailable):
            await opening
        assert still_open(proxy.port) == []


class Resolver:
    """A host with several addresses, in this order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
        async def getaddrinfo(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", one) for one in addresses]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)


async def test_the_next_address_is_tried_when_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedImap() as server:
        Resolver(monkeypatch, ("127.0.0.1", free_port()), ("127.0.0.1", server.port))
        with await first_to_answer("mail.example.test", 143) as connected:
            assert connected.getpeername() == ("127.0.0.1", server.port)


async def test_the_next_address_is_tried_beside_one_that_hesitates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        full = [crowd(deaf) for _ in range(3)]  # from now on nobody gets an answer there
        async with ScriptedImap() as server:
            Resolver(monkeypatch, deaf.getsockname(), ("127.0.0.1", server.port))
            with await first_to_answer("mail.example.test", 143) as connected:
                assert connected.getpeername() == ("127.0.0.1", server.port)
        for one in full:
            one.close()


def crowd(server: socket.socket) -> socket.socket:
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex(server.getsockname())
    return one


async def test_no_address_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = ("127.0.0.1", free_port())
    Resolver(monkeypatch, nobody, nobody)
    with pytest.raises(ConnectionRefusedError):
        await first_to_answer("mail.example.test", 143)
    Resolver(monkeypatch)
    with pytest.raises(OSError, match="no address"):
        await first_to_answer("mail.example.test", 143)


@pytest.mark.parametrize("host", ["imap..example.test", "a" * 100 + ".example.test"])
async def test_what_is_no_host_name_is_a_network_error(host: str) -> None:
    with pytest.raises(OSError, match="is no host name"):
        await first_to_answer(host, 143)
