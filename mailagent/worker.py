"""The reading worker: a process of its own that parses and understands mail.

A mail can be written to make a parser slow or hungry. So this runs apart from the daemon, with a limit on
memory; the daemon (`flows/reader.py`) adds the limit on time and starts a new worker after a kill.
Frames on stdin and stdout: four bytes of length, then a pickle; both ends are this program.
"""

from __future__ import annotations

import pickle
import resource
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from mailagent.message.parse import parse, parse_header
from mailagent.reading.understand import skim, understand

MEMORY_LIMIT = 2 << 30  # bytes of address space
HEADER = struct.Struct("!I")

_JOBS: dict[str, Callable[..., Any]] = {
    "parse": parse,
    "parse_header": parse_header,
    "understand": understand,
    "skim": skim,
}


def read_frame(stream: BinaryIO) -> Any:
    """The next frame; EOFError when the daemon has gone."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        raise EOFError
    return pickle.loads(stream.read(HEADER.unpack(head)[0]))  # noqa: S301 - our own parent wrote it


def write_frame(stream: BinaryIO, value: Any) -> None:
    body = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(HEADER.pack(len(body)) + body)
    stream.flush()


def main() -> None:
    """Answer jobs (name, arguments) with ("ok", result) or ("failed", why) until stdin ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # a stray print must not break a frame
    while True:
        try:
            name, arguments = read_frame(source)
        except EOFError:
            return
        try:
            answer = ("ok", _JOBS[name](*arguments))
        except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001 - one bad mail must not end the worker
            answer = ("failed", f"{type(error).__name__}: {error}")
        write_frame(sink, answer)


if __name__ == "__main__":
    main()
