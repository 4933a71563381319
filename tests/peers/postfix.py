"""Postfix: submission with TLS and a password, delivery to the mail host, delivery reports.

Its master process starts as root only. A few recipients of `example.test` never get their mail, each in
one way (`REFUSED_AT_RCPT`, `BOUNCED_LATER`); everybody else there has a mailbox; the rest of the world does not exist.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailagent.core.server import Login, Security, Server, SmtpAccount
from tests.peers.ca import Certificate, CertificateAuthority
from tests.peers.free_port import free_port
from tests.peers.mail_host import DOMAIN, HOST, MailHost
from tests.peers.server import PeerMissingError, greets, new_directory, program, running

REFUSED_AT_RCPT = {
    f"unknown@{DOMAIN}": "550 5.1.1 no such user",
    f"full@{DOMAIN}": "452 4.2.2 mailbox full",
    f"greylisted@{DOMAIN}": "450 4.7.1 try again later",
    f"blocked@{DOMAIN}": "550 5.7.1 refused by policy",
}
BOUNCED_LATER = {  # accepted first; the sender gets a delivery report
    f"bounce@{DOMAIN}": "5.1.1 no such user",
    f"bounce-full@{DOMAIN}": "5.2.2 mailbox full",
}
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class SmtpHost:
    """A running Postfix; any user name, one password."""

    smtp_port: int  # as a border server: no password, STARTTLS if the client wants
    submission_port: int  # STARTTLS and a password
    submissions_port: int  # TLS from the first byte and a password
    ca_file: Path
    password: str

    def account(self, security: Security = Security.TLS, user: str = "agent") -> SmtpAccount:
        """How mailagent sends here."""
        port = {
            Security.TLS: self.submissions_port,
            Security.STARTTLS: self.submission_port,
            Security.NONE: self.smtp_port,
        }[security]
        login = None if security is Security.NONE else Login(user, self.password)
        return SmtpAccount(Server(HOST, port, security, login, ca_file=str(self.ca_file)))


@contextlib.contextmanager
def postfix(authority: CertificateAuthority, mail_host: MailHost) -> Iterator[SmtpHost]:
    """A running Postfix that delivers to this mail host."""
    master = program("master", "postfix", "/usr/lib/postfix/sbin", "/usr/libexec/postfix")
    if os.geteuid() != 0:
        raise PeerMissingError("Postfix starts as root only: run the tests as root (as CI does)")
    directory = new_directory("postfix")
    shutil.chown(directory, "root", "root")
    host = SmtpHost(free_port(), free_port(), free_port(), authority.file, mail_host.password)
    certificate = authority.issue("postfix").copy_to(directory, "root")
    make_queue(directory / "queue")
    (directory / "data").mkdir()
    shutil.chown(directory / "data", "postfix")
    (directory / "main.cf").write_text(
        main_cf(directory, Path(master).parent, mail_host, certificate)
    )
    (directory / "master.cf").write_text(master_cf(host))

    def ready() -> bool:
        return greets(host.smtp_port, b"220") and greets(host.submission_port, b"220")

    command = [master, "-s", "-c", str(directory)]
    with running(command, directory, ready):
        yield host


def make_queue(queue: Path) -> None:
    """The folders of a queue, as `postfix check` would make them in two seconds."""
    own = "active bounce corrupt defer deferred flush hold incoming private saved trace"
    for name, mode, owner, group in [
        *((name, 0o700, "postfix", "root") for name in own.split()),
        ("maildrop", 0o1730, "postfix", "postdrop"),
        ("public", 0o2710, "postfix", "postdrop"),
        ("pid", 0o755, "root", "root"),
    ]:
        folder = queue / name
        folder.mkdir(parents=True)
        shutil.chown(folder, owner, group)
        folder.chmod(mode)


def main_cf(directory: Path, daemons: Path, mail_host: MailHost, certificate: Certificate) -> str:
    return f"""\
compatibility_level = 3.6
queue_directory = {directory}/queue
data_directory = {directory}/data
daemon_directory = {daemons}
maillog_file = /dev/stdout
myhostname = mail.{DOMAIN}
mydestination =
inet_interfaces = {HOST}
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
message_size_limit = {MAX_BYTES}

# Mail for our domain goes to the mail host, the rest nowhere.
virtual_mailbox_domains = {DOMAIN}
virtual_transport = lmtp:inet:{HOST}:{mail_host.lmtp_port}
default_transport = error:5.1.2 nothing outside {DOMAIN} exists here
recipient_delimiter = +
transport_maps = {table({who: f"bouncer:{why}" for who, why in BOUNCED_LATER.items()})}
smtpd_recipient_restrictions =
  check_recipient_access {table(REFUSED_AT_RCPT)}
  permit_sasl_authenticated, permit_mynetworks, reject

smtpd_tls_cert_file = {certificate.file}
smtpd_tls_key_file = {certificate.key}
smtpd_tls_security_level = may
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:{HOST}:{mail_host.auth_port}

# Nothing waits: no pause after an error, a deferred mail is tried again after a second.
smtpd_error_sleep_time = 0
in_flow_delay = 0
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
"""


def table(entries: dict[str, str]) -> str:
    return (
        "inline:{ " + ", ".join(f"{{ {key} = {value} }}" for key, value in entries.items()) + " }"
    )


def master_cf(host: SmtpHost) -> str:
    return f"""\
{HOST}:{host.smtp_port} inet n - n - - smtpd
{HOST}:{host.submission_port} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o mynetworks=
{HOST}:{host.submissions_port} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes -o mynetworks=
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
bouncer unix - n n - - pipe
  user=nobody argv=/bin/sh -c {{echo "${{nexthop}}"; exit 69}}
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""
