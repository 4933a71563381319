"""Start a server program, wait until it answers, end it."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

START_SECONDS = 20
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
SUPERVISOR = Path(__file__).with_name("supervise.py")


class PeerMissingError(RuntimeError):
    """A server the tests need is not on this machine."""


class PeerFailedError(RuntimeError):
    """A server did not start."""


def program(name: str, package: str, *folders: str) -> str:
    """The path of a server program, or a reason in one line."""
    path = shutil.which(name, path=os.pathsep.join([SEARCH_PATH, *folders]))
    if path is None:
        raise PeerMissingError(
            f"{name} is missing: run `sudo tests/peers/install.sh` (Debian: {package})"
        )
    return path


def account() -> tuple[str, str]:
    """User and group that servers run as: nobody when the tests run as root, else whoever runs them."""
    if os.geteuid() == 0:
        return "nobody", "nogroup"
    return pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name


def unprivileged(*command: str) -> list[str]:
    """The command, run as `account()`."""
    if os.geteuid() != 0:
        return list(command)
    user, group = account()
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--", *command]


def new_directory(name: str) -> Path:
    """A directory of the server's user, with a short path: socket names end at 107 characters."""
    directory = Path(tempfile.mkdtemp(prefix=f"ma-{name}-", dir="/tmp"))
    directory.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(directory, *account())
    return directory


@contextlib.contextmanager
def running(
    command: Sequence[str],
    directory: Path,
    ready: Callable[[], bool],
    *,
    stop: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[None]:
    """The server while the block runs; `directory` is removed with it."""
    supervisor = subprocess.Popen(
        [sys.executable, "-IS", str(SUPERVISOR), str(directory), stop.name, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8", **environment},
        start_new_session=True,
    )
    with supervisor:  # leaving closes its standard input, which ends the server, and waits
        wait_until(ready, supervisor, directory)
        yield


def wait_until(
    ready: Callable[[], bool], supervisor: subprocess.Popen[bytes], directory: Path
) -> None:
    """Return when the server answers; raise with what it said when it ends or takes too long."""
    assert supervisor.stdout is not None
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        ended, _, _ = select.select([supervisor.stdout], [], [], 0.01)
        if ended or time.monotonic() > deadline:
            raise PeerFailedError(f"{directory.name} did not start: {said(directory)}")


def said(directory: Path) -> str:
    """The last words of a server, from its log files."""
    logs = [*directory.glob("*.log"), directory / "output"]
    return " | ".join(
        log.read_text(errors="replace")[-1500:].strip() for log in logs if log.exists()
    )


def greets(port: int, greeting: bytes = b"") -> bool:
    """Whether the port accepts a connection and, when one is given, answers with this greeting."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            return connection.recv(512).startswith(greeting) if greeting else True
    except OSError:
        return False
