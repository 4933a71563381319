"""The unit as shipped, on a real systemd: started, watched, reloaded, stopped."""

from __future__ import annotations

import pytest

from tests.peers.container import Container
from tests.systemd.conftest import UNIT, Service

pytestmark = pytest.mark.needs_root


def test_systemd_finds_nothing_to_say_about_the_unit(machine: Container) -> None:
    assert machine.run("sh", "-c", f"systemd-analyze verify {UNIT} 2>&1") == ""


def test_exposure_is_at_most_1_2(machine: Container) -> None:
    machine.run("systemd-analyze", "security", "--threshold=12", "mailagent")


def test_start_returns_when_the_mailbox_has_been_read(service: Service) -> None:
    service.systemctl("start")
    assert service.show("ActiveState") == "active"
    assert "watching 1 mailbox" in service.show("StatusText")
    assert "not yet read" not in service.show("StatusText")


def test_secrets_are_for_the_service_alone(service: Service) -> None:
    service.systemctl("start")
    folder = "/run/credentials/mailagent.service"
    listed = service.machine.run("find", folder, "-type", "f", "-printf", "%m %u %f\\n").split("\n")
    assert "400 mailagent mailagent_martin_imap_password" in listed
    secret = service.user.host.password
    environment = service.machine.run("sh", "-c", f"cat /proc/{service.show('MainPID')}/environ")
    assert secret not in environment + service.journal()


def test_the_database_belongs_to_the_service(service: Service) -> None:
    service.systemctl("start")
    found = service.machine.run("find", "/var/lib/mailagent", "-printf", "%m %u %f\\n").splitlines()
    assert "700 mailagent mailagent" in found
    assert any(line.startswith("600 mailagent mailagent.db") for line in found)


def test_commands_of_root_leave_the_database_to_the_service(service: Service) -> None:
    """The administrator looks before the first start, and again between two runs."""
    for _ in range(2):
        service.machine.run("/opt/mailagent/bin/mailagent", "status", "--json")
        service.systemctl("start")
        service.systemctl("stop")
        assert service.show("Result") == "success"
    strangers = ("find", "/var/lib/mailagent", "!", "-user", "mailagent", "-o", "-perm", "/077")
    assert service.machine.run(*strangers) == ""


def test_a_mail_is_read_by_the_worker_under_the_same_restrictions(service: Service) -> None:
    service.systemctl("start")
    service.user.deliver(b"From: someone@elsewhere.test\r\nSubject: Bonjour\r\n\r\nMerci.\r\n")
    service.wait_until(lambda: "mail.filed" in service.journal())
    assert "worker" not in service.journal()  # it neither failed nor was replaced


def test_reload_reads_the_configuration_again(service: Service) -> None:
    service.systemctl("start")
    before = service.show("MainPID")
    service.systemctl("reload")
    service.wait_until(lambda: "config.reloaded" in service.journal())
    assert service.show("MainPID") == before


def test_stop_is_orderly_and_quick(service: Service) -> None:
    service.systemctl("start")
    service.systemctl("stop")
    assert service.show("ActiveState") == "inactive"
    assert service.show("Result") == "success"
    assert service.show("ExecMainStatus") == "0"


def test_a_frozen_daemon_is_killed_and_started_again(service: Service) -> None:
    service.change("WatchdogSec=3\nRestartSec=100ms")
    service.systemctl("start")
    frozen = service.show("MainPID")
    service.systemctl("kill", "--signal=STOP", "--kill-whom=main")
    service.wait_until(lambda: service.show("NRestarts") == "1")
    assert "Watchdog timeout" in service.journal()
    service.wait_until(lambda: service.show("ActiveState") == "active")
    assert service.show("MainPID") != frozen


def test_an_unusable_configuration_is_not_tried_again_and_again(service: Service) -> None:
    service.change("RestartSec=100ms")
    service.machine.write("/etc/mailagent/mailagent.toml", "nonsense = true\n")
    service.machine.run("systemctl", "start", "mailagent", check=False)
    assert service.show("ActiveState") == "failed"
    assert service.show("NRestarts") == "0"
    assert "nonsense" in service.journal()
