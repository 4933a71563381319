"""Where mail is read and where it leaves. Passwords are secrets and never stand here."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from mailagent.config.keys import Keys
from mailagent.config.values import ExistingFile, Line, Said, is_loopback, refusal
from mailagent.core.server import Security

_PLAIN_PORTS = {143, 587, 25}  # where TLS begins after STARTTLS
_TLS_PORTS = {993, 465}


def _security_fits(security: Security, info: ValidationInfo) -> Security:
    host, port = info.data.get("host", ""), info.data.get("port")
    if security is Security.NONE and host and not is_loopback(host):
        raise refusal(
            "would send password and mail in the clear",
            'Use "tls" or "starttls"; none is for 127.0.0.1',
        )
    if security is Security.STARTTLS and port in _TLS_PORTS:
        raise refusal(f"does not go with port {port}", 'Use "tls", or port 143 (IMAP), 587 (SMTP)')
    if security is Security.TLS and port in _PLAIN_PORTS:
        raise refusal(
            f"does not go with port {port}", 'Use "starttls", or port 993 (IMAP), 465 (SMTP)'
        )
    return security


class ImapKeys(Keys):
    """Where mail is read."""

    host: Said = Field(description="IMAP server.")
    port: int = Field(default=993, ge=1, le=65535, description="Its port.")
    security: Security = Field(
        default=Security.TLS, description="tls, starttls; none only for a server on this machine."
    )
    username: Line = Field(default="", description="Login; empty: the address of the mailbox.")
    password_file: Line = Field(
        default="",
        description="File with the password, read by nobody else; empty: the secret "
        "NAME_imap_password.",
    )
    ca_file: ExistingFile = Field(
        default="", description="Certificate authority to trust beside the usual."
    )
    inbox: Said = Field(default="INBOX", description="Folder where customers' mail arrives.")
    sent: Line = Field(default="", description="Folder of sent mail; empty: found by itself.")
    drafts: Line = Field(default="", description="Folder of drafts; empty: found by itself.")
    idle_seconds: int = Field(
        default=240,
        ge=30,
        le=1740,
        description="How long one wait for news lasts (RFC 2177: under 29 minutes).",
    )
    poll_seconds: int = Field(
        default=60,
        ge=5,
        le=540,
        description="Pause between two looks where the server cannot push.",
    )
    max_bytes: int = Field(
        default=40_000_000, ge=100_000, description="Larger mail is not read; a person is told."
    )

    _security = field_validator("security")(_security_fits)


class SmtpKeys(Keys):
    """Where mail leaves."""

    host: Said = Field(description="SMTP server.")
    port: int = Field(default=465, ge=1, le=65535, description="Its port.")
    security: Security = Field(
        default=Security.TLS, description="tls, starttls; none only for a server on this machine."
    )
    login: bool = Field(default=True, description="false: a relay that wants no login.")
    username: Line = Field(default="", description="Login; empty: that of IMAP.")
    password_file: Line = Field(
        default="",
        description="File with the password; empty: the secret NAME_smtp_password, else the "
        "password of IMAP.",
    )
    ca_file: ExistingFile = Field(
        default="", description="Certificate authority to trust beside the usual."
    )
    connections: int = Field(default=4, ge=1, le=20, description="Connections at the same time.")
    per_minute: int = Field(default=60, ge=1, description="Mails a minute, at most.")
    files_sent: bool = Field(
        default=False,
        description="The provider files sent mail by itself (Gmail, Microsoft 365).",
    )
    data_timeout: float = Field(
        default=600.0,
        ge=60.0,
        description="Seconds the server may take to accept a mail (RFC 5321: 600).",
    )

    _security = field_validator("security")(_security_fits)
