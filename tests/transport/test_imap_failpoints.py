"""Where a power cut is simulated: before and after each change on the server."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STEPS = ["imap.keyword.before", "imap.keyword.after", "imap.append.before", "imap.append.after"]

KILLED = """
import asyncio, sys
from mailagent.transport.imap import ImapSession
from tests.peers.scripted_imap import ScriptedImap

async def main():
    async with ScriptedImap() as server:
        session = await ImapSession.open(server.account())
        await session.select("INBOX")
        try:
            await session.add_keyword([7], "$Done")
            await session.append("Sent", b"x", seen=True)
        finally:
            await session.close()

asyncio.run(main())
"""


@pytest.mark.parametrize("step", STEPS)
def test_each_change_can_be_killed_before_and_after(step: str) -> None:
    def run(point: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, "MAILAGENT_FAILPOINT": point}
        return subprocess.run(
            [sys.executable, "-c", KILLED], env=environment, check=False, capture_output=True
        )

    killed = run(f"{step}:1")
    assert killed.returncode == -9
    assert killed.stderr.decode().endswith(f"failpoint {step}:1\n")
    assert run(f"{step}:2").returncode == 0
