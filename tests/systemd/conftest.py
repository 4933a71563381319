"""mailagent installed on a machine with systemd as the documentation says, and its service under test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.peers.container import Container, container
from tests.peers.mail_host import MailHost, MailUser
from tests.systemd.configuration import configuration

ROOT = Path(__file__).parents[2]
UNIT = "/etc/systemd/system/mailagent.service"
DROP_IN = "/etc/systemd/system/mailagent.service.d/test.conf"
WAIT_SECONDS = 60


@pytest.fixture(scope="session")
def machine(wheel: Path) -> Iterator[Container]:
    """A booted machine with the unit, its user and its folders, and the wheel in /opt/mailagent."""
    seed = {
        UNIT: ROOT / "systemd/mailagent.service",
        "/usr/lib/sysusers.d/mailagent.conf": ROOT / "systemd/mailagent.sysusers.conf",
        "/usr/lib/tmpfiles.d/mailagent.conf": ROOT / "systemd/mailagent.tmpfiles.conf",
        "/srv/requirements.lock": ROOT / "requirements.lock",
        f"/srv/{wheel.name}": wheel,
    }
    with container(seed) as booted:
        booted.run("/usr/bin/python3", "-m", "venv", "/opt/mailagent")
        pip = ("/opt/mailagent/bin/pip", "--quiet", "--disable-pip-version-check", "install")
        booted.run(*pip, "--require-hashes", "--requirement", "/srv/requirements.lock")
        booted.run(*pip, "--no-deps", "--no-index", f"/srv/{wheel.name}")
        yield booted


@dataclass(frozen=True)
class Service:
    """The real unit, configured for one mailbox."""

    machine: Container
    user: MailUser
    started: float  # when this test began

    def systemctl(self, verb: str, *options: str) -> str:
        try:
            return self.machine.run("systemctl", verb, *options, "mailagent")
        except AssertionError as error:
            error.add_note(self.journal())
            raise

    def show(self, name: str) -> str:
        """A property of the unit, such as ActiveState."""
        return self.systemctl("show", f"--property={name}", "--value").strip()

    def journal(self) -> str:
        """What service and systemd said since the test began."""
        since = f"--since=@{self.started:.6f}"
        return self.machine.run("journalctl", "--unit=mailagent", "--output=cat", since)

    def change(self, lines: str) -> None:
        """Set options of [Service] by a drop-in, as an administrator does."""
        self.machine.write(DROP_IN, f"[Service]\n{lines}\n")
        self.machine.run("systemctl", "daemon-reload")

    def wait_until(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not what():
            assert time.monotonic() < deadline, self.journal()[-3000:]


@pytest.fixture
def service(machine: Container, dovecot: MailHost, dovecot_user: MailUser) -> Iterator[Service]:
    """The service with a new mailbox and no history; not started."""
    for path, text in configuration(dovecot_user).items():
        machine.write(path, text, "600" if "credentials" in path else "644")
    yield Service(machine, dovecot_user, started=time.time())
    machine.run("systemctl", "kill", "--signal=KILL", "mailagent", check=False)
    machine.run("systemctl", "stop", "mailagent", check=False)
    machine.run("systemctl", "reset-failed", "mailagent", check=False)
    machine.run("rm", "-rf", DROP_IN, "/etc/mailagent/mailagent.toml", "/var/lib/mailagent")
    machine.run("systemctl", "daemon-reload")
