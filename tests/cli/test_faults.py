"""Whatever goes wrong outside is a sentence and an exit code, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailagent import cli
from mailagent.cli import daily
from tests.cli.conftest import Office, run_main

COMMAND = [sys.executable, "-m", "mailagent"]


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0
    ) as process:
        yield process
        process.kill()


def told(office: Office, *command: str) -> str:
    answer = office(*command)
    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
    return answer.err


def test_no_configuration() -> None:
    answer = run_main("--config", "/nowhere", "plan", "--json")

    assert (answer.code, answer.out) == (2, "")
    assert "Run `mailagent init`" in answer.err


def test_a_damaged_database(office: Office) -> None:
    office.database.write_bytes(b"no database" * 500)

    assert "restore a backup" in told(office, "status", "--json")


def test_a_database_of_a_newer_version(office: Office) -> None:
    office.sql("UPDATE alembic_version SET version_num = '9999'")

    assert "of a newer mailagent" in told(office, "plan")


def test_the_daemon_ends_with_1_so_that_systemd_starts_it_again(office: Office) -> None:
    office.sql("UPDATE alembic_version SET version_num = '9999'")

    answer = office("run")

    assert answer.code == 1
    assert "of a newer mailagent" in answer.err


def test_a_state_folder_that_cannot_be(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(office.company / "state"))

    assert "not a directory" in told(office, "status")


def test_a_database_server_that_is_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILAGENT_DATABASE", "postgresql+psycopg://nobody@127.0.0.1:9/x")

    assert "Connection refused" in told(office, "status")


def test_a_bug_shows_where_it_is(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(daily, "company_status", broken)

    with pytest.raises(KeyError):
        office("status")


def test_ctrl_c_has_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)

    answer = run_main("status")

    assert (answer.code, answer.err) == (130, "")


def test_lines_are_answered_as_they_come_and_ctrl_c_ends_quietly() -> None:
    with started("classify", "--jsonl") as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        for name in (1, 2):
            process.stdin.write(json.dumps({"id": name, "body": "Merci"}).encode() + b"\n")
            assert json.loads(process.stdout.readline())["id"] == name
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert b"Traceback" not in process.stderr.read()


def test_a_reader_that_went_away(office: Office) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "--config", str(office.folder), "outbox", "--json"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)

    assert done.returncode == 1
    assert done.stderr == b""
