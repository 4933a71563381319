"""From an account to a connection that is encrypted as configured and logged in.

Encryption is never opportunistic: a server that does not offer it, or shows a wrong certificate, gets nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import aiosmtplib

from mailagent.core.server import Login, Security, Server
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.smtp_reply import one_line


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds each exchange may take; the answer to DATA has its own in the account."""

    connect: float = 60.0  # all together, until logged in
    command: float = 180.0  # MAIL, RCPT: both, twice, within the lease of a claim
    courtesy: float = 5.0  # NOOP, RSET, QUIT: no mail depends on their answer


class Client(aiosmtplib.SMTP):
    """The library's client, which never waits for the server to part."""

    def close(self) -> None:
        """Close at once: TLS would wait half a minute for the goodbye of a server that is silent."""
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


async def connect(server: Server, deadlines: Deadlines) -> Client:
    """A connection ready for MAIL; raises TransportUnavailable or LoginRefused."""
    if server.security is Security.NONE and not _is_loopback(server.host):
        raise TransportUnavailable(f"{_where(server)}: not encrypted, and not on this machine")
    with _translated(server):
        client = Client(
            hostname=server.host,
            port=server.port,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=await _tls_context(server),
            local_hostname=_own_name(),
            timeout=deadlines.command,
        )
        try:
            async with asyncio.timeout(deadlines.connect):
                await client.connect(timeout=deadlines.connect)
                await client.ehlo()
                if server.login is not None:
                    await _log_in(client, server.login)
        except BaseException:
            client.close()
            raise
    return client


async def _log_in(client: aiosmtplib.SMTP, login: Login) -> None:
    """One attempt with one method: trying them in turn would count as several wrong passwords."""
    offered = client.server_auth_methods
    if login.token is not None:
        if "xoauth2" not in offered:
            raise LoginRefused("the server offers no login with an OAuth2 token (XOAUTH2)")
        await client.auth_xoauth2(login.username, await login.token())
    elif "plain" in offered:
        await client.auth_plain(login.username, login.password)
    elif "login" in offered:
        await client.auth_login(login.username, login.password)
    elif "cram-md5" in offered:
        await client.auth_crammd5(login.username, login.password)
    else:
        raise LoginRefused("the server offers no login with a password")


@contextlib.contextmanager
def _translated(server: Server) -> Iterator[None]:
    """The library's exceptions as ours, with the server's name and what to look at."""
    try:
        yield
    except aiosmtplib.SMTPAuthenticationError as error:
        kind = LoginRefused if error.code >= 500 else TransportUnavailable
        raise kind(
            f"{_where(server)}: login refused: {error.code} {one_line(error.message)}"
        ) from error
    except LoginRefused as error:
        raise LoginRefused(f"{_where(server)}: {error}") from error
    except aiosmtplib.SMTPResponseException as error:
        raise TransportUnavailable(
            f"{_where(server)}: {error.code} {one_line(error.message)}"
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise TransportUnavailable(f"{_where(server)}: {_why(error)}") from error


def _why(error: Exception) -> str:
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"certificate refused: {cause.verify_message}"
    if isinstance(cause, TimeoutError):
        return "no answer in time"
    told = cause.strerror if isinstance(cause, OSError) else None
    return one_line(told or str(cause) or str(error)) or type(cause).__name__


async def _tls_context(server: Server) -> ssl.SSLContext | None:
    """What to verify; read anew for each connection, so that a renewed authority is noticed."""
    if server.security is Security.NONE:
        return None

    def read_authorities() -> ssl.SSLContext:
        context = ssl.create_default_context()  # verifies chain and host name
        context.minimum_version = ssl.TLSVersion.TLSv1_2  # RFC 8996
        if server.ca_file:
            context.load_verify_locations(cafile=server.ca_file)
        return context

    return await asyncio.to_thread(read_authorities)


def _own_name() -> str:
    """How we introduce ourselves; an address literal when the machine has no full name (RFC 5321 §4.1.4)."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else "[127.0.0.1]"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _where(server: Server) -> str:
    return f"{server.host}:{server.port}"
