"""Which runs of the daemon still live, as the kernel knows it.

Each run locks a file of its own in the state folder. The lock ends with the process and not before: a frozen one
keeps it. So a run whose file can be locked by another has ended, and what it held is free at once. Of a run without a
file here, perhaps on another machine, nothing is known: what it held must run out.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

import structlog

log = structlog.get_logger()


@contextmanager
def alive(folder: Path, run: str) -> Iterator[None]:
    """Be known to live while the block runs; the file stays, for the next run to find and take away."""
    try:
        file = _locked(folder, run)
    except (
        OSError
    ) as error:  # a folder without locks or without room costs only time, after a crash
        log.warning("run.not_locked", reason=str(error))
        yield
    else:
        with file:
            yield


def ended(folder: Path) -> Iterator[str]:
    """The runs that have ended here; each is forgotten once the next one is asked for."""
    for path in _runs(folder).glob("[!.]*"):
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            continue  # it lives, or another run has just taken its file away
        yield path.name
        with suppress(OSError):  # a folder that became read-only costs only time
            path.unlink()


def _locked(folder: Path, run: str) -> FileIO:
    """Locked first, named then: nobody sees it without its lock."""
    runs = _runs(folder)
    runs.mkdir(mode=0o700, parents=True, exist_ok=True)
    unnamed = runs / f".{run}"
    file = unnamed.open("xb", buffering=0)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        unnamed.rename(runs / run)
    except OSError:
        file.close()
        raise
    return file


def _runs(folder: Path) -> Path:
    return folder / "runs"
