"""Two daemons on one PostgreSQL: one works, the other stands by and takes over from the dead."""

from __future__ import annotations

import asyncio

from mailagent.core.outbox import OutboxState
from tests.letters import reply
from tests.peers.mail_host import MailUser
from tests.peers.sink import Saw
from tests.system.shop import Shop, address

MAILS = 12
LEASE = 2.0  # seconds until the other may take over


async def test_two_daemons_do_everything_once(
    postgresql_url: str, dovecot_user: MailUser, tmp_path
) -> None:
    async with (
        Shop.opened(postgresql_url, dovecot_user, tmp_path, MAILS, lease=LEASE) as shop,
        shop.station() as one,
        shop.station() as other,
    ):
        await shop.until_filed(MAILS)  # every mail has left, and its copy is back from Sent
        await asyncio.to_thread(
            dovecot_user.append, "INBOX", reply("Réglé hier.", sender=address(3))
        )
        await shop.until_filed(MAILS + 1)

        assert set((await shop.holders()).values()) <= {one.pid, other.pid}
        assert await one.stop() == 0
        assert await other.stop() == 0
        found = await shop.check()
        assert {m.state for m in found.outbox} == {OutboxState.SENT}


async def test_the_other_takes_over_from_one_killed_while_sending(
    postgresql_url: str, dovecot_user: MailUser, tmp_path
) -> None:
    async with Shop.opened(postgresql_url, dovecot_user, tmp_path, MAILS, lease=LEASE) as shop:
        async with shop.station() as one:
            shop.sink.may_answer.clear()
            await shop.until_seen(Saw.DOT, shop.orders.connections)
            await shop.until_held_by(one.pid)
            async with shop.station() as other:
                await one.kill()
                shop.sink.may_answer.set()
                await shop.until_held_by(other.pid)
                await shop.until_settled(MAILS)
                await shop.until_filed(MAILS - shop.orders.connections)
                assert await other.stop() == 0

        found = await shop.check()
        doubtful = [m for m in found.outbox if m.state is OutboxState.UNKNOWN]
        assert len(doubtful) == shop.orders.connections  # those under way, and no other
        assert len(found.delivered()) == MAILS
