"""Dovecot: IMAP (plain, STARTTLS, TLS) and LMTP; every user name exists, with one password."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.peers.ca import Certificate, CertificateAuthority
from tests.peers.free_port import free_port
from tests.peers.mail_host import MailHost
from tests.peers.password_check import PASSWORD
from tests.peers.server import account, greets, new_directory, program, running, unprivileged

SPECIAL_USE = ("Sent", "Drafts", "Junk", "Trash", "Archive")


@contextlib.contextmanager
def dovecot(authority: CertificateAuthority) -> Iterator[MailHost]:
    """A running Dovecot."""
    binary = program("dovecot", "dovecot-imapd dovecot-lmtpd")
    require_version_2_3(binary)
    directory = new_directory("dovecot")
    ports = [free_port() for _ in range(4)]
    host = MailHost("dovecot", authority.file, PASSWORD, *ports)
    certificate = authority.issue("dovecot").copy_to(directory, account()[0])
    (directory / "dovecot.conf").write_text(configuration(directory, host, certificate))

    def ready() -> bool:
        return greets(host.imap_port, b"* OK") and greets(host.lmtp_port, b"220")

    command = unprivileged(binary, "-F", "-c", str(directory / "dovecot.conf"))
    with running(command, directory, ready):
        yield host


def require_version_2_3(binary: str) -> None:
    version = subprocess.run(
        [binary, "--version"], capture_output=True, text=True, check=True
    ).stdout
    if not version.startswith("2.3."):  # 2.4 renamed most settings
        raise RuntimeError(f"the tests know the settings of Dovecot 2.3, this is {version.strip()}")


def configuration(directory: Path, host: MailHost, certificate: Certificate) -> str:
    user, group = account()
    folders = "\n".join(
        f"  mailbox {f} {{\n auto = subscribe\n special_use = \\{f}\n }}" for f in SPECIAL_USE
    )
    return f"""
base_dir = {directory}/run
state_dir = {directory}/state
log_path = {directory}/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp

# One user runs it all: nothing to switch to, nothing to chroot into.
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0  # no penalty: a refused login must not slow the next test
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  client_limit = 1000
  service_count = 0
  inet_listener imap {{
    port = {host.imap_port}
  }}
  inet_listener imaps {{
    port = {host.imaps_port}
    ssl = yes
  }}
}}
service auth {{
  inet_listener auth-client {{
    address = 127.0.0.1
    port = {host.auth_port}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {host.lmtp_port}
  }}
}}

ssl = yes
ssl_cert = <{certificate.file}
ssl_key = <{certificate.key}

auth_mechanisms = plain login
auth_failure_delay = 0
auth_username_format = %Ln
disable_plaintext_auth = no
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={directory}/mail/%n allow_all_users=yes
}}

mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 1000
recipient_delimiter = +
namespace inbox {{
  inbox = yes
  separator = /
{folders}
}}
"""
