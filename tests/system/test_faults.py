"""Servers, disk and process fail under the whole daemon; when they are back it goes on alone, and each mail leaves once."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from tests.letters import reply
from tests.peers.fault_proxy import FaultProxy, Way
from tests.peers.mail_host import MailUser
from tests.peers.scripted_smtp import DROP, Act, ScriptedSmtp
from tests.peers.sink import Saw
from tests.system.invariants import Quiet
from tests.system.shop import Shop, address

MAILS = 6
SOON = 200.0  # times as fast as the machine's clock: a quarter of an hour passes in five seconds
IN_DOUBT = (OutboxState.UNKNOWN,)


@pytest.fixture
async def shop(dovecot_user: MailUser, tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite:///{tmp_path}/mailagent.db"
    async with Shop.opened(url, dovecot_user, tmp_path, MAILS, rate=SOON) as shop:
        yield shop


# The process


async def test_a_stop_at_any_moment_is_clean(shop: Shop) -> None:
    moments = random.Random(11)  # fixed: a failure can be seen again
    shop.orders = replace(shop.orders, connections=1)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGTERM):
        async with shop.station() as one:
            await shop.until_held_by(one.pid)
            wanted = moments.randrange(1, 12)
            seen = len(shop.sink.log)
            with contextlib.suppress(TimeoutError):
                await shop.sink.until(lambda sink, n=seen + wanted: len(sink.log) >= n, 3)
            assert await one.stop(number) == 0
        assert not await shop.outbox(*IN_DOUBT)
    async with shop.station() as one:
        await shop.until_held_by(one.pid)
        await shop.until_filed(MAILS)
        assert await one.stop() == 0
    found = await shop.check()
    assert {m.state for m in found.outbox} == {OutboxState.SENT}


async def test_a_stop_waits_for_the_answer_to_a_mail(shop: Shop) -> None:
    async with shop.station() as one:
        shop.sink.may_answer.clear()
        await shop.until_seen(Saw.DOT, shop.orders.connections)
        one.process.send_signal(signal.SIGTERM)
        one.process.send_signal(signal.SIGTERM)
        shop.sink.may_answer.set()
        assert await one.stop() == 0

    begun = sum(entry.saw is Saw.DATA for entry in shop.sink.log)
    assert len(await shop.outbox(OutboxState.SENT)) == begun
    assert not await shop.outbox(*IN_DOUBT)


# The way to the mail server


@pytest.mark.parametrize("count", [0, 60, 400, 1500])
async def test_a_cut_anywhere_on_the_way_up_loses_and_doubles_nothing(
    shop: Shop, count: int
) -> None:
    async with FaultProxy("127.0.0.1", shop.sink.port) as proxy:
        shop.orders = replace(shop.orders, smtp_port=proxy.port)
        proxy.swallow_after(count, Way.UP)
        async with shop.station() as one:
            await proxy.has_passed(count, Way.UP)
            await shop.until(lambda: connected(proxy), "the daemon is connected")
            proxy.reset()
            proxy.heal()
            await shop.until_settled(MAILS)
            await shop.until_filed(len(await shop.outbox(OutboxState.SENT)))
            assert await one.stop() == 0

    found = await shop.check()
    began = {entry.recipient for entry in found.seen(Saw.DATA)}
    doubtful = {m.recipient for m in found.outbox if m.state is OutboxState.UNKNOWN}
    # The word DATA itself may be what was swallowed: once on each connection, which is cut then.
    assert len(doubtful - began) <= shop.orders.connections


async def connected(proxy: FaultProxy) -> bool:
    return proxy.accepted > 0


async def test_an_answer_lost_after_the_dot_leaves_one_mail_in_doubt(shop: Shop) -> None:
    async with ScriptedSmtp(dot=[DROP]) as server:
        shop.orders = replace(shop.orders, smtp_port=server.port)
        async with shop.station() as one:
            await shop.until_settled(MAILS)
            assert await one.stop() == 0

        assert len(await shop.outbox(*IN_DOUBT)) == 1
        assert len(server.accepted) == MAILS - 1
        assert (
            sum(len(session.bodies) for session in server.sessions) == MAILS
        )  # never a second time


@pytest.mark.parametrize(
    "script",
    [
        {"banner": ["421 4.3.2 closing"]},
        {"ehlo": ["421 4.3.2 closing"]},
        {"mail": ["421 4.3.2 closing"]},
        {"rcpt": ["450 4.2.1 busy", "451 4.3.0 later"]},
        {"data": ["421 4.3.2 closing"]},
        {"dot": ["452 4.3.1 full", "451 4.7.1 slow down"]},
    ],
    ids=lambda script: next(iter(script)),
)
async def test_not_now_at_any_phase_is_tried_again(
    shop: Shop, script: dict[str, list[Act]]
) -> None:
    async with ScriptedSmtp(**script) as server:
        shop.orders = replace(shop.orders, smtp_port=server.port)
        async with shop.station() as one:
            await shop.until(lambda: all_sent(shop), "all mails are sent")
            assert await one.stop() == 0

        assert len(server.accepted) == MAILS


async def all_sent(shop: Shop) -> bool:
    return len(await shop.outbox(OutboxState.SENT)) == MAILS


async def test_a_refused_address_stops_its_customer_and_nobody_else(shop: Shop) -> None:
    shop.sink.at_rcpt[address(2)] = "550 5.1.1 no such user"
    shop.sink.at_dot[address(4)] = "554 5.6.0 refused"
    async with shop.station() as one:
        await shop.until_settled(MAILS)
        await shop.until_filed(MAILS - 2)
        assert await one.stop() == 0

    found = await shop.check()
    refused = {m.customer for m in found.outbox if m.state is OutboxState.REFUSED}
    held = {
        ref
        for ref, a in found.accounts.items()
        if any(h.reason is HoldReason.BOUNCED for h in a.holds)
    }
    assert refused == held == {"C2", "C4"}
    assert found.accounts["C2"].customer.recipient() is None  # suppressed: it does not exist
    assert found.accounts["C4"].customer.recipient() is not None
    assert {r.customer for r in found.reviews} == {"C2", "C4"}


async def test_a_refused_login_stops_sending_and_nothing_else(
    shop: Shop, dovecot_user: MailUser
) -> None:
    refused: list[Act] = ["535 5.7.8 wrong password"] * 50
    async with ScriptedSmtp(extensions=("AUTH PLAIN",), auth=refused) as server:
        shop.orders = replace(shop.orders, smtp_port=server.port, smtp_password="wrong")
        async with shop.station() as one:
            await shop.until(lambda: asked(shop, "login"), "a person is asked")
            answer = reply("La facture est contestée.", sender=address(1))
            await asyncio.to_thread(dovecot_user.append, "INBOX", answer)
            await shop.until_filed(1)
            assert await one.stop() == 0

        assert len(server.sessions) == 1  # more would lock the account
    async with shop.db.snapshot(shop.setup.company.id) as tx:
        assert await tx.switches.state() is not None


async def asked(shop: Shop, kind: str) -> bool:
    async with shop.db.snapshot(shop.setup.company.id) as tx:
        return kind in {review.kind for review in await tx.reviews.list_open()}


async def test_a_server_that_is_away_costs_time_only(shop: Shop) -> None:
    port = shop.orders.smtp_port
    shop.orders = replace(shop.orders, smtp_port=9)  # nobody listens there
    async with shop.station() as one:
        await shop.until(lambda: told(one.log, "smtp.unavailable"), "the server is away")
        assert await one.stop() == 0
    shop.orders = replace(shop.orders, smtp_port=port)
    async with shop.station() as one:
        await shop.until_filed(MAILS)
        assert await one.stop() == 0
    await shop.check()


# The way to the mailbox


async def test_an_answer_during_its_reminder_is_heard(shop: Shop, dovecot_user: MailUser) -> None:
    async with shop.station() as one:
        shop.sink.may_answer.clear()
        await shop.until_seen(Saw.DOT, shop.orders.connections)
        under_way = shop.sink.log[-1].recipient
        await asyncio.to_thread(
            dovecot_user.append, "INBOX", reply("La facture est contestée.", sender=under_way)
        )
        spoke = datetime.now(UTC)
        shop.sink.may_answer.set()
        await shop.until_settled(MAILS)
        await shop.until_filed(MAILS + 1)
        assert await one.stop() == 0

    found = await shop.check(Quiet(under_way, spoke))
    (account,) = [a for a in found.accounts.values() if a.customer.contacts[0].address == under_way]
    assert any(h.is_active(found.now) for h in account.holds)


async def test_without_the_mailbox_nothing_leaves(shop: Shop, dovecot_user: MailUser) -> None:
    async with FaultProxy("127.0.0.1", dovecot_user.host.imap_port) as proxy:
        proxy.stall()
        shop.orders = replace(shop.orders, imap_port=proxy.port)
        answer = reply("La facture est contestée.", sender=address(1))
        async with shop.station() as one:
            await shop.until(lambda: connected(proxy), "the daemon is connected")
            await shop.until(lambda: all_queued(shop), "everything is planned")
            assert not shop.sink.log
            proxy.heal()
            await shop.until_filed(MAILS)
            await asyncio.to_thread(dovecot_user.append, "INBOX", answer)
            proxy.reset()  # in IDLE: it is noticed, and the answer found
            await shop.until_filed(MAILS + 1)
            assert await one.stop() == 0
    await shop.check()


async def all_queued(shop: Shop) -> bool:
    return len(await shop.outbox(OutboxState.QUEUED)) == MAILS


# The database


async def test_a_locked_database_is_waited_for(shop: Shop) -> None:
    with contextlib.closing(
        sqlite3.connect(shop.folder / "mailagent.db", isolation_level=None)
    ) as other:
        async with shop.station() as one:
            await shop.until_seen(Saw.DATA, 1)
            other.execute("BEGIN IMMEDIATE")
            begun = shop.sink.log[:]
            shop.sink.may_answer.set()
            with contextlib.suppress(
                TimeoutError
            ):  # no more than was under way may leave meanwhile
                await shop.sink.until(lambda _: False, 2)
            more = sum(e.saw is Saw.DATA for e in shop.sink.log) - sum(
                e.saw is Saw.DATA for e in begun
            )
            assert more <= shop.orders.connections
            other.execute("ROLLBACK")
            await shop.until_filed(MAILS)
            assert await one.stop() == 0
    found = await shop.check()
    assert {m.state for m in found.outbox} == {OutboxState.SENT}


async def told(log: Path, words: str) -> bool:
    return words in log.read_text()  # noqa: ASYNC240 - a short file
