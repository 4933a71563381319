"""Cyrus: IMAP (plain, STARTTLS, TLS) and LMTP; every user name exists, with one password.

Debian cannot install it beside Dovecot, so `install.sh` only unpacks its packages.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.peers.ca import Certificate, CertificateAuthority
from tests.peers.free_port import free_port
from tests.peers.mail_host import MailHost
from tests.peers.password_check import PASSWORD, password_check
from tests.peers.server import (
    PeerMissingError,
    account,
    greets,
    new_directory,
    running,
    unprivileged,
)

PLACES = (os.environ.get("CYRUS_ROOT", ""), "/usr/local/lib/cyrus-for-tests", "/")
BINARIES = "usr/lib/cyrus/bin"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu")
SPECIAL_USE = ("Sent", "Drafts", "Junk", "Trash", "Archive")


@contextlib.contextmanager
def cyrus(authority: CertificateAuthority) -> Iterator[MailHost]:
    """A running Cyrus."""
    root = unpacked()
    directory = new_directory("cyrus")
    host = MailHost("cyrus", authority.file, PASSWORD, free_port(), free_port(), free_port())
    idle = directory / "config/socket/idle"
    for folder in (idle.parent.parent, idle.parent):  # Cyrus makes all but these itself
        folder.mkdir()
        shutil.chown(folder, account()[0])
    certificate = authority.issue("cyrus").copy_to(directory, account()[0])
    (directory / "imapd.conf").write_text(settings(directory, certificate))
    (directory / "cyrus.conf").write_text(services(root / BINARIES, directory, host))
    command = unprivileged(
        str(root / BINARIES / "master"),
        *("-C", str(directory / "imapd.conf"), "-M", str(directory / "cyrus.conf")),
        *("-p", str(directory / "master.pid")),
    )
    environment = {"LD_LIBRARY_PATH": os.pathsep.join(str(root / folder) for folder in LIBRARIES)}

    def ready() -> bool:
        return idle.exists() and greets(host.imap_port, b"* OK") and greets(host.lmtp_port, b"220")

    with (
        password_check(directory / "mux"),
        running(command, directory, ready, environment=environment),
    ):
        yield host


def unpacked() -> Path:
    for place in filter(None, PLACES):
        if (Path(place) / BINARIES / "master").exists():
            return Path(place)
    raise PeerMissingError("Cyrus is missing: run `sudo tests/peers/install.sh`, or set CYRUS_ROOT")


def settings(directory: Path, certificate: Certificate) -> str:
    special_use = "\n".join(f"xlist-{folder.lower()}: {folder}" for folder in SPECIAL_USE)
    return f"""\
configdirectory: {directory}/config
partition-default: {directory}/mail
defaultpartition: default
cyrus_user: {account()[0]}
proc_path: {directory}/proc
mboxname_lockpath: {directory}/lock
servername: localhost
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 0
autocreate_post: yes
autocreate_inbox_folders: {" | ".join(SPECIAL_USE)}
autocreate_subscribe_folders: {" | ".join(SPECIAL_USE)}
{special_use}
specialusealways: yes
conversations: no
allowplaintext: yes
sasl_mech_list: PLAIN LOGIN
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {directory}/mux
failedloginpause: 0
tls_server_cert: {certificate.file}
tls_server_key: {certificate.key}
tls_session_timeout: 0
"""


def services(binaries: Path, directory: Path, host: MailHost) -> str:
    def command(name: str, options: str = "") -> str:
        return f'cmd="{binaries}/{name} -C {directory}/imapd.conf {options}"'

    return f"""\
START {{
  recover {command("ctl_cyrusdb", "-r")}
}}
SERVICES {{
  imap {command("imapd")} listen="127.0.0.1:{host.imap_port}"
  imaps {command("imapd", "-s")} listen="127.0.0.1:{host.imaps_port}"
  lmtp {command("lmtpd", "-a")} listen="127.0.0.1:{host.lmtp_port}"
}}
DAEMON {{
  idled {command("idled", "-d")}
}}
"""
