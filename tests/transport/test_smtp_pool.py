"""How connections are reused, worn out, paced and shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.errors import TransportUnavailable
from mailagent.transport import smtp as smtp_module
from mailagent.transport.smtp import SmtpPool, pace
from mailagent.transport.smtp_connect import Deadlines
from mailagent.transport.smtp_slots import Slots
from tests.peers.scripted_smtp import DROP, STALL, Act, Held, Last, ScriptedSmtp

RAW = b"Message-ID: <1@creditor.test>\r\n\r\nBonjour\r\n"
SHORT = Deadlines(connect=0.3, command=0.3, courtesy=0.3)


@asynccontextmanager
async def pool_on(
    server: ScriptedSmtp,
    *,
    slots: Slots | None = None,
    deadlines: Deadlines | None = None,
    **account: object,
) -> AsyncIterator[SmtpPool]:
    pool = SmtpPool(server.account(**account), slots, deadlines)
    try:
        yield pool
    finally:
        await pool.close()


async def send(pool: SmtpPool, recipient: str = "bob@debtor.test") -> Outcome:
    async with pool.connection() as smtp:
        refused = await smtp.offer("claire@creditor.test", recipient, len(RAW))
        return refused or await smtp.transmit(RAW)


async def test_one_connection_carries_many_mails() -> None:
    async with ScriptedSmtp() as server:
        async with pool_on(server) as pool:
            outcomes = [await send(pool) for _ in range(3)]
        await server.idle()

    assert {o.result for o in outcomes} == {Result.ACCEPTED}
    assert server.sessions[0].verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]
    assert len(server.sessions) == 1


async def test_no_more_connections_than_the_account_allows() -> None:
    held = [Held("250 ok") for _ in range(2)]
    async with ScriptedSmtp(dot=list(held)) as server, pool_on(server, connections=2) as pool:
        sending = [asyncio.create_task(send(pool)) for _ in range(5)]
        await server.reached("dot")
        await asyncio.wait(sending, timeout=0.05)
        assert len(server.sessions) == 2
        for answer in held:
            answer.released.set()
        await asyncio.gather(*sending)

    assert len(server.accepted) == 5
    assert len(server.sessions) == 2


async def test_a_connection_is_worn_out_after_fifty_mails() -> None:
    async with ScriptedSmtp() as server:
        async with pool_on(server) as pool:
            for _ in range(51):
                await send(pool)
        await server.idle()

    assert [len(s.bodies) for s in server.sessions] == [50, 1]
    assert server.sessions[0].verbs[-1] == "QUIT"


async def test_an_old_connection_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with ScriptedSmtp() as server, pool_on(server) as pool:
        await send(pool)
        monkeypatch.setattr(smtp_module, "MAX_AGE", 0.0)
        await send(pool)

    assert len(server.sessions) == 2


async def test_after_a_pause_the_server_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_module, "ASK_AFTER", -1.0)
    async with ScriptedSmtp() as server, pool_on(server) as pool:
        await send(pool)
        await send(pool)

    assert server.sessions[0].verbs[4] == "NOOP"
    assert len(server.sessions) == 1


@pytest.mark.parametrize("noop", ["421 4.4.2 idle too long", DROP, STALL, b"hello\r\n"])
async def test_a_server_that_went_away_during_a_pause_costs_nothing(
    noop: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_module, "ASK_AFTER", -1.0)
    async with (
        ScriptedSmtp(noop=[noop]) as server,
        pool_on(server, connections=1, deadlines=SHORT) as pool,
    ):
        await send(pool)
        outcome = await send(pool)

    assert outcome.result is Result.ACCEPTED
    assert len(server.sessions) == 2


@pytest.mark.parametrize("ending", ["421 4.7.0 too many messages", Last("421 bye"), DROP])
async def test_a_session_that_has_ended_is_replaced_before_anything_is_out(ending: Act) -> None:
    async with ScriptedSmtp(mail=["250 ok", ending]) as server, pool_on(server) as pool:
        outcomes = [await send(pool), await send(pool)]

    assert [o.result for o in outcomes] == [Result.ACCEPTED] * 2
    assert len(server.sessions) == 2


async def test_a_fresh_session_that_is_refused_too_is_not_replaced_again() -> None:
    no = "421 4.7.0 slow down"
    async with ScriptedSmtp(mail=["250 ok", no, no]) as server, pool_on(server) as pool:
        await send(pool)
        outcome = await send(pool)

    assert outcome == Outcome(Result.DEFERRED, Phase.MAIL, 421, "4.7.0", "slow down")
    assert len(server.sessions) == 2


async def test_a_server_that_has_gone_for_good_is_told_by_exception() -> None:
    async with ScriptedSmtp(mail=["250 ok", DROP]) as server, pool_on(server) as pool:
        await send(pool)
        server.script["banner"] = ["554 5.3.2 closed for today"]
        with pytest.raises(TransportUnavailable, match="closed for today"):
            await send(pool)
        assert (await send(pool)).result is Result.ACCEPTED  # the slot was given back


async def test_an_open_envelope_never_goes_back_to_the_pool() -> None:
    async with ScriptedSmtp() as server, pool_on(server) as pool:
        async with pool.connection() as smtp:
            assert await smtp.offer("claire@creditor.test", "bob@debtor.test", 1) is None
        outcome = await send(pool)

    assert outcome.result is Result.ACCEPTED
    assert server.sessions[0].bodies == []


async def test_unused_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_module, "KEEP_IDLE", 0.02)
    async with ScriptedSmtp() as server, pool_on(server) as pool:
        await send(pool)
        await server.idle()

        assert server.sessions[0].verbs[-1] == "QUIT"


async def test_closing_is_bounded_when_the_server_ignores_quit() -> None:
    async with ScriptedSmtp(quit=[STALL]) as server:
        async with pool_on(server, deadlines=SHORT) as pool:
            await send(pool)
        await server.idle()


async def test_a_closed_pool_opens_nothing() -> None:
    async with ScriptedSmtp() as server, pool_on(server) as pool:
        await pool.close()
        with pytest.raises(TransportUnavailable):
            await send(pool)

    assert server.sessions == []


async def test_a_connection_in_use_outlives_close() -> None:
    held = Held("250 2.0.0 queued")
    async with ScriptedSmtp(dot=[held]) as server, pool_on(server) as pool:
        sending = asyncio.create_task(send(pool))
        await server.reached("dot")
        await pool.close()
        held.released.set()

        assert (await sending).result is Result.ACCEPTED
        await server.idle()


async def test_accounts_on_one_server_share_its_connections() -> None:
    slots = Slots(1)
    async with ScriptedSmtp() as server:
        async with pool_on(server, slots=slots) as one, pool_on(server, slots=slots) as two:
            for pool in (one, two, one, two):
                assert (await send(pool)).result is Result.ACCEPTED
                assert server.open_connections == 1
        await server.idle()

    assert len(server.sessions) == 4


async def test_an_account_waits_while_another_uses_the_last_connection() -> None:
    slots, held = Slots(1), Held("250 ok")
    async with (
        ScriptedSmtp(dot=[held]) as server,
        pool_on(server, slots=slots) as one,
        pool_on(server, slots=slots) as two,
    ):
        first = asyncio.create_task(send(one))
        await server.reached("dot")
        second = asyncio.create_task(send(two))
        await asyncio.wait([second], timeout=0.05)
        assert len(server.sessions) == 1
        held.released.set()

        assert [o.result for o in await asyncio.gather(first, second)] == [Result.ACCEPTED] * 2


async def test_waiting_for_a_connection_can_be_cancelled() -> None:
    slots, held = Slots(1), Held("250 ok")
    async with ScriptedSmtp(dot=[held]) as server, pool_on(server, slots=slots) as pool:
        first = asyncio.create_task(send(pool))
        await server.reached("dot")
        second = asyncio.create_task(send(pool))
        await asyncio.wait([second], timeout=0.02)
        second.cancel()
        await asyncio.wait([second])
        held.released.set()
        await first

        assert (await send(pool)).result is Result.ACCEPTED


@pytest.mark.parametrize(
    ("per_minute", "burst", "seconds"),
    [
        (60, 1, 1.0),
        (30, 1, 2.0),
        (1, 1, 60.0),
        (600, 10, 1.0),
        (90, 1, 60 / 90),
    ],
)
def test_the_pace_is_even(per_minute: int, burst: int, seconds: float) -> None:
    limiter = pace(per_minute)

    assert limiter.max_rate == burst
    assert limiter.time_period == pytest.approx(seconds)


async def test_mails_leave_no_faster_than_the_account_allows() -> None:
    loop = asyncio.get_running_loop()
    async with ScriptedSmtp() as server, pool_on(server, per_minute=1200) as pool:  # 20 at once
        began = loop.time()
        for _ in range(24):
            await send(pool)

    assert loop.time() - began > 4 / 20 - 0.01  # twenty at once, then 50 ms for each
