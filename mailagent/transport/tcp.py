"""TCP to a host with several addresses: one that hesitates or refuses costs no more than a moment (RFC 8305).

asyncio's own race (`happy_eyeballs_delay`) forgets the socket it opened when it is cancelled.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque

HEAD_START = 0.25  # seconds an address has before the next is tried beside it


async def first_to_answer(host: str, port: int) -> socket.socket:
    """A connected socket, which is the caller's to close; OSError when no address answers."""
    loop = asyncio.get_running_loop()
    try:
        left = deque(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError as fault:  # "imap..example.org", a label of a hundred letters
        raise OSError(f"{host} is no host name") from fault
    begun: list[asyncio.Task[socket.socket]] = []
    winner: asyncio.Task[socket.socket] | None = None
    trying: set[asyncio.Task[socket.socket]] = set()
    failure: BaseException = OSError(f"{host} has no address")
    try:
        while left or trying:
            if left:
                family, kind, protocol, _, address = left.popleft()
                begun.append(asyncio.create_task(_connected(family, kind, protocol, address)))
                trying.add(begun[-1])
            done, trying = await asyncio.wait(
                trying,
                timeout=HEAD_START if left else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                error = task.exception()
                if error is None:
                    winner = task
                    return task.result()
                failure = error
        raise failure
    finally:
        for task in begun:
            if task is not winner:
                task.cancel()
                task.add_done_callback(_close)


async def _connected(
    family: int, kind: int, protocol: int, address: tuple[object, ...]
) -> socket.socket:
    connecting = socket.socket(family, kind, protocol)
    try:
        connecting.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connecting, address)
    except BaseException:
        connecting.close()
        raise
    return connecting


def _close(task: asyncio.Task[socket.socket]) -> None:
    """It came too late."""
    if not task.cancelled() and task.exception() is None:
        task.result().close()
