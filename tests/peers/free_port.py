"""A loopback port nobody listens on."""

from __future__ import annotations

import random
import socket

# Below the kernel's range for outgoing connections, so that none takes the port before the server does.
PORTS = range(20_000, 32_000)


def free_port() -> int:
    """A port that could be bound a moment ago."""
    for _ in range(100):
        port = random.SystemRandom().choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port between {PORTS.start} and {PORTS.stop}")
