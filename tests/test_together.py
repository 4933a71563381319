"""Doing at once what several ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from mailagent.together import Together


async def test_a_batch_that_lingers_takes_those_who_come_a_little_later() -> None:
    batches: list[list[int]] = []

    async def handle(items: Sequence[int]) -> list[int]:
        batches.append([*items])
        return [10 * item for item in items]

    together = Together(handle, linger=0.05)
    first = asyncio.create_task(together(1))
    for _ in range(5):
        await asyncio.sleep(0)
    assert await asyncio.gather(first, together(2)) == [10, 20]
    assert batches == [[1, 2]]
