"""A disk that is full: sending stops and says so, goes on when there is room, and nothing leaves twice."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from mailagent.core.outbox import OutboxState
from tests.peers.mail_host import MailUser
from tests.peers.sink import Saw
from tests.system.shop import Shop
from tests.system.test_faults import SOON, told

MAILS = 6
FULL = "disk is full"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of three megabytes."""
    if os.geteuid() != 0:
        pytest.fail("only root can mount a small disk: run these tests as root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.fixture
async def shop(small_disk: Path, dovecot_user: MailUser, tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite:///{small_disk}/mailagent.db"
    async with Shop.opened(url, dovecot_user, tmp_path, MAILS, rate=SOON) as shop:
        yield shop


@pytest.fixture
def ballast(small_disk: Path) -> Path:
    """What lies on the disk besides the database."""
    return small_disk / "ballast"


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass


def make_room(ballast: Path) -> None:
    ballast.unlink()


@pytest.mark.needs_root
async def test_from_the_start(shop: Shop, ballast: Path) -> None:
    fill(ballast)
    async with shop.station() as one:
        await shop.until(lambda: told(one.log, FULL), "the daemon says that it is full")
        assert not shop.sink.log
        make_room(ballast)
        await shop.until_filed(MAILS)
        assert await one.stop() == 0
    found = await shop.check()
    assert {m.state for m in found.outbox} == {OutboxState.SENT}


@pytest.mark.needs_root
async def test_before_the_mark(shop: Shop, ballast: Path) -> None:
    """What cannot be written down is not sent."""
    async with shop.station() as one:
        shop.sink.may_take.clear()
        await shop.sink.until(lambda sink: len(sink.asked) == shop.orders.connections, 60)
        fill(ballast)
        shop.sink.may_take.set()
        await shop.until(lambda: told(one.log, FULL), "the daemon says that it is full")
        assert not shop.sink.log
        make_room(ballast)
        await shop.until_filed(MAILS)
        assert await one.stop() == 0
    found = await shop.check()
    assert {m.state for m in found.outbox} == {OutboxState.SENT}
    assert len(found.seen(Saw.DATA)) == MAILS


@pytest.mark.needs_root
async def test_after_the_250(shop: Shop, ballast: Path) -> None:
    """An answer that cannot be written down leaves the mail in doubt, and it is not sent again."""
    async with shop.station() as one:
        shop.sink.may_answer.clear()
        await shop.until_seen(Saw.DOT, shop.orders.connections)
        fill(ballast)
        shop.sink.may_answer.set()
        await shop.until(lambda: told(one.log, FULL), "the daemon says that it is full")
        assert len(shop.sink.log) == 3 * shop.orders.connections  # DATA, dot, 250
        make_room(ballast)
        await shop.until_settled(MAILS)
        await shop.until_filed(MAILS - shop.orders.connections)
        assert await one.stop() == 0
    found = await shop.check()
    doubtful = [m for m in found.outbox if m.state is OutboxState.UNKNOWN]
    assert len(doubtful) == shop.orders.connections
    assert len(found.seen(Saw.DATA)) == MAILS
