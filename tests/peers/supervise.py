"""Run one server and end it, with all it started, when standard input closes.

The kernel closes that pipe when the test run ends in whatever way, SIGKILL included: no server outlives
its tests. Standard output closes when the server ends by itself. Usage:
`python supervise.py DIRECTORY SIGNAL COMMAND...`; DIRECTORY, with the files `pid` and `output`, is removed last.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
GRACE_SECONDS = 10


def main(directory: str, stop_signal: str, *command: str) -> None:
    # Servers fork and leave their process group; as subreaper we inherit every orphan below us.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for pytest, and the pipe tells us
    with Path(directory, "output").open("wb") as output:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    Path(directory, "pid").write_text(str(server.pid), encoding="ascii")
    wait_for(sys.stdin.fileno(), os.pidfd_open(server.pid))
    if server.poll() is None:
        server.send_signal(signal.Signals[stop_signal])
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(GRACE_SECONDS)
    kill_the_rest()
    os.close(sys.stdout.fileno())
    wait_for(sys.stdin.fileno())  # the tests may still read the logs
    shutil.rmtree(directory, ignore_errors=True)


def wait_for(*descriptors: int) -> None:
    select.select(descriptors, [], [])


def kill_the_rest() -> None:
    """SIGKILL to every descendant, again until none is left."""
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline:
        for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
    os._exit(0)  # standard output is closed already
