"""A session that fails to open answers for everybody who was waiting for one."""

from __future__ import annotations

import asyncio

import pytest

from mailagent.core.server import Login, Security
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.smtp import SmtpPool
from tests.peers.scripted_smtp import ScriptedSmtp

LOGIN = Login("martin", "wrong")
REFUSED = "535 5.7.8 wrong password"


async def ask(pool: SmtpPool) -> type[BaseException] | None:
    try:
        async with pool.connection():
            return None
    except TransportUnavailable as error:
        return type(error)


async def test_a_wrong_password_is_tried_once_for_all_who_wait() -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",), auth=[REFUSED] * 20) as server:
        pool = SmtpPool(server.account(Security.NONE, LOGIN, connections=4))

        told = await asyncio.gather(*(ask(pool) for _ in range(16)))

        assert set(told) == {LoginRefused}
        assert len(server.sessions) == 1
        await pool.close()


async def test_who_asks_later_gets_a_new_attempt() -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",), auth=[REFUSED]) as server:
        pool = SmtpPool(server.account(Security.NONE, LOGIN))
        with pytest.raises(LoginRefused):
            async with pool.connection():
                pass

        assert await ask(pool) is None

        assert len(server.sessions) == 2
        await pool.close()
