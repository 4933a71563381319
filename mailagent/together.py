"""Doing at once what several tasks ask for at the same time, such as committing to disk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

AT_ONCE = 10  # of one caller, so that another waits for no more


async def few_at_a_time(
    work: Callable[[Item], Coroutine[Any, Any, Answer]], items: Sequence[Item]
) -> list[Answer]:
    """The answer to each item, in order."""
    answers: list[Answer] = []
    for first in range(0, len(items), AT_ONCE):
        answers += await asyncio.gather(*map(work, items[first : first + AT_ONCE]))
    return answers


class Together(Generic[Item, Answer]):
    """Collects items while the last batch is being handled; each caller gets the answer to its own.

    A batch that fails fails all its callers with the same exception. A caller that is cancelled does not
    take its item back: the batch may have been handled.
    """

    def __init__(
        self,
        handle: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        linger: float = 0,
    ) -> None:
        self._handle = handle
        self._linger = linger  # seconds that each batch waits for others to join it
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._working: asyncio.Task[None] | None = None

    async def __call__(self, item: Item) -> Answer:
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._working is None:
            self._working = asyncio.ensure_future(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                if self._linger:
                    await asyncio.sleep(self._linger)
                batch, self._waiting = self._waiting, []
                try:
                    answers = await self._handle([item for item, _ in batch])
                except BaseException as error:
                    for _, future in batch:
                        if not future.done():
                            future.set_exception(error)
                    if not isinstance(error, Exception):
                        raise
                else:
                    for (_, future), answer in zip(batch, answers, strict=True):
                        if not future.done():
                            future.set_result(answer)
        finally:
            self._working = None
