"""Where a power cut is simulated: before and after each change on the server."""

from __future__ import annotations

import os
import subprocess
import sys

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


def test_each_change_can_be_killed_before_and_after() -> None:
    def status(step: int) -> int:
        environment = {**os.environ, "MAILAGENT_FAILPOINT": str(step)}
        return subprocess.run(
            [sys.executable, "-c", KILLED], env=environment, check=False
        ).returncode

    assert status(len(STEPS)) == -9
    assert status(len(STEPS) + 1) == 0
