"""Says yes to any user with the right password, in the protocol of saslauthd."""

from __future__ import annotations

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "secret-of-the-tests"


class Question(socketserver.StreamRequestHandler):
    """User, password, service and realm, each as a counted string; the answer is one more."""

    def handle(self) -> None:
        _user, password, _service, _realm = (self.counted_string() for _ in range(4))
        answer = b"OK" if password == PASSWORD.encode() else b"NO"
        self.wfile.write(struct.pack(">H", len(answer)) + answer)

    def counted_string(self) -> bytes:
        (length,) = struct.unpack(">H", self.rfile.read(2))
        return self.rfile.read(length)


class Answerer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 100


@contextlib.contextmanager
def password_check(path: Path) -> Iterator[None]:
    """Answers at this socket while the block runs."""
    with Answerer(str(path), Question) as server:
        path.chmod(0o777)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()
