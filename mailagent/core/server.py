"""Where a mail server is and how to log in; secrets never show in a repr."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How the connection is encrypted."""

    TLS = "tls"  # from the first byte (RFC 8314)
    STARTTLS = "starttls"
    NONE = "none"  # loopback only; configuration refuses it elsewhere


TokenProvider = Callable[[], Awaitable[str]]
"""Gives a fresh OAuth2 access token at each connect."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we are to the server: a password, or XOAUTH2 when a token provider is given."""

    username: str
    password: str = field(default="", repr=False)
    token: TokenProvider | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server."""

    host: str
    port: int
    security: Security
    login: Login | None  # None: no authentication (a local relay)
    ca_file: str = ""  # extra trusted certificate authority; empty: the system's


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """A mailbox to watch."""

    server: Server
    inbox: str = "INBOX"
    sent: str = ""  # empty: found by its special use (RFC 6154), else by name
    drafts: str = ""
    idle_seconds: int = 240  # how long one IDLE lasts (providers cut at 9 to 10 minutes)
    poll_seconds: int = 60  # without IDLE
    max_bytes: int = 40_000_000  # larger mail is kept as headers and goes to a person


@dataclass(frozen=True, slots=True)
class SmtpAccount:
    """Where mail leaves."""

    server: Server
    connections: int = 4
    per_minute: int = 60
    files_sent: bool = False  # the provider files submitted mail in Sent (Gmail, Microsoft 365)
    data_timeout: float = 600.0  # seconds after the final dot (RFC 5321 §4.5.3.2.6)
