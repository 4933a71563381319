"""From an account to a logged-in connection: TCP, TLS or STARTTLS, certificate, credentials."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import ssl
from base64 import b64encode
from contextlib import suppress

from aioimaplib.aioimaplib import AUTH, NONAUTH, Abort

from mailagent.core.server import ImapAccount, Login, Security, Server
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.imap_connection import CommandRefused, Connection, Deadlines
from mailagent.transport.imap_names import quoted
from mailagent.transport.imap_protocol import ImapProtocol
from mailagent.transport.tcp import first_to_answer

# Refusals that pass by themselves (RFC 5530); all others wait for a person, since trying again may lock the account.
PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"})
_CROWDED = re.compile(r"too many .*connections", re.IGNORECASE)  # Gmail and Yahoo give no code

KEEPALIVE = (
    ("SO_KEEPALIVE", socket.SOL_SOCKET, 1),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, 60),
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, 15),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, 4),
    (
        "TCP_USER_TIMEOUT",
        socket.IPPROTO_TCP,
        120_000,
    ),  # milliseconds until unacknowledged data is a loss
)


async def logged_in(account: ImapAccount, deadlines: Deadlines) -> Connection:
    """A connection ready for SELECT; raises TransportUnavailable or LoginRefused and leaves nothing open."""
    server = account.server
    token = await _token(server, deadlines)
    connection = await _connected(account, deadlines)
    try:
        async with connection.exclusive("the greeting", deadlines.connect):
            await _greeted(connection, server)
        if server.login is not None and connection.protocol.state != AUTH:
            async with connection.exclusive("the login", deadlines.login):
                await _log_in(connection, server.login, token)
        connection.protocol.state = AUTH
        async with connection.exclusive("CAPABILITY", deadlines.command):
            await connection.read_capabilities()
    except BaseException:
        connection.cut("not logged in")
        raise
    return connection


async def _token(server: Server, deadlines: Deadlines) -> str:
    """An access token, fetched before the connection so that no server has to wait for it."""
    if server.login is None or server.login.token is None:
        return ""
    try:
        async with asyncio.timeout(deadlines.login):
            return await server.login.token()
    except TimeoutError as error:
        raise TransportUnavailable(f"{_where(server)}: no access token in time") from error


async def _connected(account: ImapAccount, deadlines: Deadlines) -> Connection:
    """TCP, and TLS where it comes first."""
    server = account.server
    # The size a server tells may be wrong, but not by that much.
    protocol = ImapProtocol(max_literal=4 * account.max_bytes)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(deadlines.connect):
            context = await _context(server) if server.security is Security.TLS else None
            transport, _ = await loop.create_connection(
                lambda: protocol,
                sock=await first_to_answer(server.host, server.port),
                ssl=context,
                server_hostname=server.host if context else None,
            )
    except TimeoutError as error:
        reason = f"no connection within {deadlines.connect:g} s"
        raise TransportUnavailable(f"{_where(server)}: {reason}") from error
    except OSError as error:
        raise TransportUnavailable(f"{_where(server)}: {_explained(error)}") from error
    _keep_alive(transport)
    return Connection(protocol, _where(server), deadlines)


async def _context(server: Server) -> ssl.SSLContext:
    """Certificates are always verified, against the system's authorities and the account's own."""
    context = await asyncio.to_thread(ssl.create_default_context)
    if server.ca_file:
        try:
            await asyncio.to_thread(context.load_verify_locations, server.ca_file)
        except OSError as error:
            reason = f"no certificate authority in {server.ca_file}: {_explained(error)}"
            raise TransportUnavailable(f"{_where(server)}: {reason}") from error
    return context


def _explained(error: OSError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS ({error.reason or error}); is this the right port?"
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error) or type(error).__name__
    return os.strerror(error.errno)  # asyncio's own text only repeats the address


def _keep_alive(transport: asyncio.BaseTransport) -> None:
    """Let the kernel notice a peer that vanished without a word."""
    connected = transport.get_extra_info("socket")
    for option, level, value in KEEPALIVE:
        if hasattr(socket, option):  # TCP_USER_TIMEOUT is Linux's
            connected.setsockopt(level, getattr(socket, option), value)


async def _greeted(connection: Connection, server: Server) -> None:
    """The greeting, then STARTTLS where it is asked for: never a login in clear instead."""
    protocol = connection.protocol
    await protocol.until(lambda: protocol.greeting != b"", connection.deadlines.connect)
    status = protocol.greeting.partition(b" ")[0].upper()
    if status not in {b"OK", b"PREAUTH"}:
        raise Abort("an unknown greeting")
    protocol.state = AUTH if status == b"PREAUTH" else NONAUTH
    await connection.read_capabilities()
    if server.security is Security.STARTTLS:
        await _start_tls(connection, server)


async def _start_tls(connection: Connection, server: Server) -> None:
    protocol = connection.protocol
    if (
        protocol.state == AUTH
    ):  # STARTTLS is not possible any more: somebody in between would like that
        raise Abort("the server says we are logged in before TLS")
    if "STARTTLS" not in connection.capabilities:
        raise Abort("the server does not offer STARTTLS, and nothing is sent in clear")
    await connection.ask("STARTTLS")
    context = await _context(server)
    loop = asyncio.get_running_loop()
    try:
        protocol.transport = await loop.start_tls(
            protocol.transport, protocol, context, server_hostname=server.host
        )
    except ssl.SSLError as error:
        raise Abort(_explained(error)) from error
    protocol.secured()
    await connection.read_capabilities()  # those told in clear may have been forged


async def _log_in(connection: Connection, login: Login, token: str) -> None:
    try:
        if token:
            await _authenticate(
                connection, "XOAUTH2", f"user={login.username}\1auth=Bearer {token}\1\1"
            )
        elif _fits_login(login) and "LOGINDISABLED" not in connection.capabilities:
            await connection.ask("LOGIN", quoted(login.username), quoted(login.password))
        else:
            await _authenticate(connection, "PLAIN", f"\0{login.username}\0{login.password}")
    except CommandRefused as refused:
        if refused.code in PASSING or _CROWDED.search(refused.text):
            raise
        raise LoginRefused(
            f"{connection.where} refused the login of {login.username}: {refused.text}"
        ) from refused


def _fits_login(login: Login) -> bool:
    """Whether both go into quoted strings; what does not goes as SASL PLAIN, which is UTF-8."""
    with suppress(ValueError):
        return bool(quoted(login.username) and quoted(login.password))
    return False


async def _authenticate(connection: Connection, mechanism: str, message: str) -> None:
    """One SASL message, with the command where the server allows it (RFC 4959), else when it asks."""
    encoded = b64encode(message.encode()).decode("ascii")
    connection.protocol.answers.clear()
    if "SASL-IR" in connection.capabilities:
        await connection.ask("AUTHENTICATE", mechanism, encoded)
    else:
        connection.protocol.answers.append(encoded)
        await connection.ask("AUTHENTICATE", mechanism)


def _where(server: Server) -> str:
    return f"{server.host}:{server.port}"
