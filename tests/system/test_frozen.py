"""A process that was frozen longer than its lease and goes on finds that it may neither write nor send."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from mailagent.core.outbox import OutboxState
from tests.letters import reply
from tests.peers.mail_host import MailUser
from tests.peers.sink import Saw
from tests.system.invariants import Quiet
from tests.system.shop import Shop, address
from tests.system.station import Station

MAILS = 8
LEASE = 2.0  # seconds until the other may take over
SLEEP = timedelta(
    minutes=30
)  # longer than a look at the mailbox stays fresh, and than a claim lasts


async def test_frozen_before_data_it_sends_nothing(
    postgresql_url: str, dovecot_user: MailUser, tmp_path
) -> None:
    async with Shop.opened(postgresql_url, dovecot_user, tmp_path, MAILS, lease=LEASE) as shop:
        async with shop.station() as one:
            shop.sink.may_take.clear()
            await shop.sink.until(lambda sink: len(sink.asked) == shop.orders.connections, 60)
            one.freeze()
            shop.sink.may_take.set()  # the answers wait in the frozen process's sockets
            async with shop.station() as other:
                await shop.until_held_by(other.pid)
                await shop.until_settled(MAILS)
                await asyncio.to_thread(
                    dovecot_user.append, "INBOX", reply("Réglé hier.", sender=address(3))
                )
                await shop.until_filed(MAILS + 1)

                one.thaw()

                await until_told(shop, one, "lease.lost")
                assert await other.stop() == 0
                assert await one.stop() == 0

        found = await shop.check()
        assert {m.state for m in found.outbox} == {OutboxState.SENT}
        assert len(found.seen(Saw.DATA)) == MAILS


async def test_frozen_in_data_it_writes_nothing(
    postgresql_url: str, dovecot_user: MailUser, tmp_path
) -> None:
    async with Shop.opened(postgresql_url, dovecot_user, tmp_path, MAILS, lease=LEASE) as shop:
        async with shop.station() as one:
            shop.sink.may_answer.clear()
            await shop.until_seen(Saw.DOT, shop.orders.connections)
            one.freeze()
            shop.sink.may_answer.set()
            async with shop.station() as other:
                await shop.until_held_by(other.pid)
                await shop.until_settled(MAILS)
                await shop.until_filed(MAILS - shop.orders.connections)
                before = await shop.outbox()

                one.thaw()

                await until_told(shop, one, "lease.lost")
                assert await shop.outbox() == before
                assert await other.stop() == 0
                assert await one.stop() == 0

        found = await shop.check()
        doubtful = [m for m in found.outbox if m.state is OutboxState.UNKNOWN]
        assert len(doubtful) == shop.orders.connections
        assert len(found.seen(Saw.DATA)) == MAILS


async def test_alone_it_goes_on_after_a_long_sleep(dovecot_user: MailUser, tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/mailagent.db"
    async with Shop.opened(url, dovecot_user, tmp_path, MAILS, lease=1.0, rate=200.0) as shop:
        async with shop.station() as one:
            shop.sink.may_take.clear()
            await shop.sink.until(lambda sink: len(sink.asked) == shop.orders.connections, 60)
            one.freeze()
            answer = reply("La facture est contestée.", sender=address(MAILS - 1))
            await asyncio.to_thread(dovecot_user.append, "INBOX", answer)
            spoke = datetime.now(UTC)
            await shop.until_it_is(shop.orders.clock().now() + SLEEP)
            shop.sink.may_take.set()

            one.thaw()

            await shop.until_settled(MAILS - 1)
            await shop.until_filed(MAILS)  # the answer, and the copies in Sent
            assert await one.stop() == 0
        await shop.check(Quiet(address(MAILS - 1), spoke))


async def until_told(shop: Shop, one: Station, event: str) -> None:
    """The log of a station names the event."""

    async def told() -> bool:
        return event in one.log.read_text()

    await shop.until(told, f"{event} in {one.log.name}")
