"""No server outlives its tests, and one that does not start says why."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.peers.server import PeerFailedError, PeerMissingError, new_directory, program, running

ROOT = Path(__file__).parents[2]
# A server that forks away, run by tests that hang.
TESTS = """
from tests.peers.server import new_directory, running
directory = new_directory("test")
command = ["sh", "-c", "setsid sleep 1000 & echo $! >$0/child; wait", str(directory)]
with running(command, directory, (directory / "child").exists):
    print(directory, (directory / "child").read_text(), flush=True)
    input()
"""


def test_killed_tests_leave_no_process_and_no_file() -> None:
    tests = subprocess.Popen(
        [sys.executable, "-c", TESTS],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with tests:
        assert tests.stdout is not None
        directory, child = tests.stdout.readline().split()
        ended = os.pidfd_open(int(child))
        tests.kill()
    assert select.select([ended], [], [], 30)[0], "the server's child is still there"
    os.close(ended)
    deadline = time.monotonic() + 10
    while Path(directory).exists():
        assert time.monotonic() < deadline


def test_a_server_that_does_not_start_says_why() -> None:
    directory = new_directory("test")
    command = ["sh", "-c", "echo no such option; exit 1"]
    with (
        pytest.raises(PeerFailedError, match="no such option"),
        running(command, directory, lambda: False),
    ):
        pass
    assert not directory.exists()


def test_a_missing_server_is_named_with_what_to_do() -> None:
    with pytest.raises(
        PeerMissingError, match=r"cyrusd is missing: run `sudo tests/peers/install\.sh`"
    ):
        program("cyrusd", "cyrus-imapd")
