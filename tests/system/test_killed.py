"""After a kill the next daemon on the machine takes over at once; from a frozen one it takes nothing before its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mailagent.core.outbox import OutboxState
from mailagent.life import alive, ended
from tests.letters import reply
from tests.peers.mail_host import MailUser
from tests.peers.sink import Saw
from tests.system.shop import Shop, address
from tests.system.test_faults import told

MAILS = 6
AT_ONCE = 20  # seconds on a busy machine; a lease lasts 60


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(
    request: pytest.FixtureRequest, dovecot_user: MailUser, tmp_path: Path
) -> AsyncIterator[Shop]:
    url = f"sqlite:///{tmp_path}/mailagent.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    async with Shop.opened(url, dovecot_user, tmp_path, MAILS) as shop:
        yield shop


async def test_the_next_one_works_at_once(shop: Shop) -> None:
    async with shop.station() as one:
        shop.sink.may_answer.clear()
        await shop.until_seen(Saw.DOT, shop.orders.connections)
        await shop.until_held_by(one.pid)
        await one.kill()
        shop.sink.may_answer.set()
    under_way = {entry.recipient for entry in shop.sink.log}
    sender = next(a for a in map(address, range(MAILS)) if a not in under_way)
    answer = reply("La facture est contestée.", sender=sender)
    await asyncio.to_thread(shop.user.append, "INBOX", answer)

    async with shop.station() as next_one:
        await shop.until_held_by(next_one.pid, AT_ONCE)
        await shop.until_settled(MAILS - 1)  # all but the one that is disputed now
        await shop.until_filed(MAILS - shop.orders.connections)  # their copies, and the answer
        assert await next_one.stop() == 0

    assert await told(next_one.log, "run.died")
    found = await shop.check()
    doubtful = [m for m in found.outbox if m.state is OutboxState.UNKNOWN]
    assert len(doubtful) == shop.orders.connections  # those under way, and no other


async def test_from_a_frozen_one_nothing_is_taken(shop: Shop) -> None:
    async with shop.station() as one:
        shop.sink.may_answer.clear()
        await shop.until_seen(Saw.DOT, shop.orders.connections)
        await shop.until_held_by(one.pid)
        one.freeze()
        shop.sink.may_answer.set()
        async with shop.station() as other:
            await shop.until(lambda: told(other.log, "lease.awaited"), "the other stands by")
            assert await shop.holders() == {"mailbox": one.pid, "sender": one.pid}
            one.thaw()
            await shop.until_filed(MAILS)
            assert await one.stop() == 0
            assert await other.stop() == 0

    assert not await told(other.log, "run.died")
    found = await shop.check()
    assert {m.state for m in found.outbox} == {OutboxState.SENT}


def test_a_run_is_known_to_live_until_it_ends(tmp_path: Path) -> None:
    with alive(tmp_path, "one"):
        with alive(tmp_path, "other"):
            assert list(ended(tmp_path)) == []
        assert list(ended(tmp_path)) == ["other"]
        assert list(ended(tmp_path)) == []  # forgotten
    assert list(ended(tmp_path)) == ["one"]


def test_what_was_not_dealt_with_is_not_forgotten(tmp_path: Path) -> None:
    with alive(tmp_path, "one"):
        pass
    for run in ended(tmp_path):
        assert run == "one"
        break  # the database is away, say
    assert list(ended(tmp_path)) == ["one"]


def test_without_a_place_for_locks_it_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "runs").write_bytes(b"")
    with alive(tmp_path, "one"):
        assert list(ended(tmp_path)) == []
