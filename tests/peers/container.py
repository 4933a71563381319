"""A machine with systemd as its first process: systemd-nspawn on a throw-away overlay of this machine.

It shares the network, so the other servers of the tests can be reached at 127.0.0.1.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers.server import PeerMissingError, new_directory, program, running

# In a mount namespace of its own, so that the mounts end with the container. Everything written stays in memory.
BOOT = """
set -e
mount -t tmpfs tmpfs "$1/machine"
cd "$1/machine"
mkdir changes work root
mount -t overlay overlay -o lowerdir=/,upperdir=changes,workdir=work root
cp -R "$1/seed/." root
: > root/etc/machine-id
exec systemd-nspawn --quiet --register=no --keep-unit --machine=mailagent-tests \
    --console=pipe -D root -b systemd.unit=basic.target
"""
RUN_SECONDS = 120


@dataclass(frozen=True)
class Container:
    """A booted machine."""

    leader: int  # its first process, as seen from outside

    def run(self, *command: str, given: str = "", check: bool = True) -> str:
        """What the command prints; an error when it fails and `check` is on."""
        done = subprocess.run(
            ["nsenter", f"--target={self.leader}", "--all", "--", *command],
            input=given,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path: str, text: str, mode: str = "644") -> None:
        self.run("install", "-D", f"--mode={mode}", "/dev/stdin", path, given=text)


@contextlib.contextmanager
def container(seed: dict[str, Path]) -> Iterator[Container]:
    """A booted machine; `seed` names files that lie in it before it boots."""
    program("systemd-nspawn", "systemd-container")
    if os.geteuid() != 0:
        raise PeerMissingError(
            "a container with systemd needs root: run the tests as root (as CI does)"
        )
    directory = new_directory("container")
    (directory / "machine").mkdir()
    for path, source in seed.items():
        target = directory / "seed" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
    boot = [
        "unshare",
        "--mount",
        "--propagation=private",
        "bash",
        "-c",
        BOOT,
        "boot",
        str(directory),
    ]
    # SIGTERM would wait for an orderly shutdown of a machine that is thrown away.
    with running(boot, directory, lambda: booted(directory), stop=signal.SIGKILL):
        leader = leader_below(directory)
        assert leader is not None
        yield Container(leader)


def leader_below(directory: Path) -> int | None:
    """The child of systemd-nspawn, once there is one."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        nspawn = int((directory / "pid").read_text())
        return int(Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text().split()[0])
    return None


def booted(directory: Path) -> bool:
    leader = leader_below(directory)
    if leader is None:
        return False
    asked = ["nsenter", f"--target={leader}", "--all", "--", "systemctl", "is-system-running"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return answer.strip() == "running"
