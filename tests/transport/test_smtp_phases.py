"""Each phase of a transaction, ended in each way a server or a network can end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.errors import TransportUnavailable
from mailagent.transport.smtp import SmtpPool
from mailagent.transport.smtp_connect import Deadlines
from mailagent.transport.smtp_connection import SmtpConnection
from tests.peers.scripted_smtp import DROP, STALL, Act, Held, Last, ScriptedSmtp

SENDER, RECIPIENT = "claire@creditor.test", "bob@debtor.test"
RAW = b"From: claire@creditor.test\r\nMessage-ID: <1@creditor.test>\r\n\r\nBonjour\r\n"
SHORT = Deadlines(connect=0.3, command=0.3, courtesy=0.3)
PATIENT = Deadlines(connect=10, command=10, courtesy=10)

ENDINGS: dict[str, Act] = {
    "421": "421 4.3.2 closing",
    "4xx": "450 4.2.1 not now",
    "5xx": "550 5.1.1 never",
    "drop": DROP,
    "stall": STALL,
    "garbage": b"hello\r\n",
    "2xx of no meaning here": "299 what",
    "3xx of no meaning here": "334 what",
    "endless line": b"250 " + b"x" * 40_000,
    "half a line, then gone": Last("250-more follows"),
}
TWO_MAILS = ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]
LOST = set(ENDINGS) - {"421", "4xx", "5xx"}


@asynccontextmanager
async def connected(
    server: ScriptedSmtp, deadlines: Deadlines = PATIENT, data_timeout: float = 10
) -> AsyncIterator[SmtpConnection]:
    pool = SmtpPool(server.account(data_timeout=data_timeout), deadlines=deadlines)
    async with pool.connection() as smtp:
        yield smtp
    await pool.close()


async def send(smtp: SmtpConnection) -> Outcome:
    outcome = await smtp.offer(SENDER, RECIPIENT, len(RAW))
    return outcome or await smtp.transmit(RAW)


@pytest.mark.parametrize("phase", ["banner", "ehlo"])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_before_mail_the_server_counts_as_unavailable(phase: str, ending: str) -> None:
    async with ScriptedSmtp(**{phase: [ENDINGS[ending]]}) as server:
        pool = SmtpPool(server.account(), deadlines=SHORT)
        with pytest.raises(TransportUnavailable, match=rf"^127\.0\.0\.1:{server.port}: ."):
            async with pool.connection():
                pass
        await pool.close()
        await server.idle()

    assert server.accepted == []


@pytest.mark.parametrize("phase", ["mail", "rcpt"])
@pytest.mark.parametrize("ending", ENDINGS)
async def test_before_data_nothing_is_out(phase: str, ending: str) -> None:
    deadlines = SHORT if ending == "stall" else PATIENT
    async with ScriptedSmtp(**{phase: [ENDINGS[ending]]}) as server:
        async with connected(server, deadlines) as smtp:
            outcome = await smtp.offer(SENDER, RECIPIENT, len(RAW))
            reusable = smtp.is_reusable
        await server.idle()

    assert outcome is not None
    assert outcome.phase is Phase(phase)
    assert outcome.result is (Result.REFUSED if ending == "5xx" else Result.DEFERRED)
    assert bool(outcome.code) is (ending not in LOST)
    assert reusable is (ending in ("4xx", "5xx"))
    assert server.sessions[0].bodies == []


@pytest.mark.parametrize("phase", ["data", "dot"])
@pytest.mark.parametrize("ending", set(ENDINGS) - {"2xx of no meaning here"})
async def test_from_data_on_only_a_refusal_is_certain(phase: str, ending: str) -> None:
    data_timeout = 0.3 if ending == "stall" else 10
    async with ScriptedSmtp(**{phase: [ENDINGS[ending]]}) as server:
        async with connected(server, data_timeout=data_timeout) as smtp:
            outcome = await send(smtp)
            reusable = smtp.is_reusable
        await server.idle()

    expected = {"421": Result.DEFERRED, "4xx": Result.DEFERRED, "5xx": Result.REFUSED}
    assert outcome.phase is Phase.DATA
    assert outcome.result is expected.get(ending, Result.UNKNOWN)
    assert bool(outcome.code) is (ending not in LOST)
    assert reusable is (ending in ("4xx", "5xx"))


@pytest.mark.parametrize("ending", [DROP, STALL])
async def test_lost_in_the_middle_of_the_message_is_in_doubt(ending: Act) -> None:
    async with (
        ScriptedSmtp(body=[ending]) as server,
        connected(server, data_timeout=0.3) as smtp,
    ):
        outcome = await send(smtp)

    assert outcome.result is Result.UNKNOWN
    assert outcome.text


async def test_lost_between_the_two_is_known_not_to_be_out() -> None:
    async with ScriptedSmtp(rcpt=[Last("250 ok")]) as server, connected(server) as smtp:
        assert await smtp.offer(SENDER, RECIPIENT, len(RAW)) is None
        await server.idle()
        while smtp._client.is_connected:  # noqa: ASYNC110 - the library has no event for it
            await asyncio.sleep(0)
        outcome = await smtp.transmit(RAW)

    assert outcome.result is Result.DEFERRED


async def test_an_unusual_2xx_after_the_dot_is_acceptance() -> None:
    async with ScriptedSmtp(dot=["251 will forward"]) as server, connected(server) as smtp:
        outcome = await send(smtp)

    assert (outcome.result, outcome.code) == (Result.ACCEPTED, 251)


async def test_250_instead_of_354_is_no_acceptance() -> None:
    async with ScriptedSmtp(data=["250 ok"]) as server, connected(server) as smtp:
        outcome = await send(smtp)
        assert not smtp.is_reusable

    assert outcome.result is Result.UNKNOWN
    assert server.accepted == []


@pytest.mark.parametrize("quit_", ["421 4.3.2 no", DROP, STALL, b"hello\r\n"])
async def test_quit_never_changes_the_outcome(quit_: Act) -> None:
    async with ScriptedSmtp(quit=[quit_]) as server:
        async with connected(server, SHORT) as smtp:
            outcome = await send(smtp)
        await server.idle()

    assert outcome.result is Result.ACCEPTED


async def test_a_drop_right_after_250_is_success() -> None:
    async with (
        ScriptedSmtp(dot=[Last("250 2.0.0 queued")]) as server,
        connected(server) as smtp,
    ):
        outcome = await send(smtp)

    assert outcome.result is Result.ACCEPTED


async def test_a_slow_250_is_waited_for() -> None:
    slow = Held("250 2.0.0 scanned and queued")
    async with ScriptedSmtp(dot=[slow]) as server, connected(server, SHORT) as smtp:
        sending = asyncio.create_task(send(smtp))
        await server.reached("dot")
        await asyncio.wait([sending], timeout=0.4)  # longer than any other deadline here
        assert not sending.done()
        slow.released.set()
        outcome = await sending

    assert outcome.result is Result.ACCEPTED


async def test_cancelling_waits_for_the_answer_to_data() -> None:
    slow = Held("250 2.0.0 queued")
    outcomes: list[Outcome] = []

    async def sender(smtp: SmtpConnection) -> int:
        outcomes.append(await send(smtp))
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling()

    async with ScriptedSmtp(dot=[slow]) as server, connected(server) as smtp:
        sending = asyncio.create_task(sender(smtp))
        await server.reached("dot")
        for _ in range(3):
            sending.cancel()
            await asyncio.wait([sending], timeout=0.01)
        assert not sending.done()
        slow.released.set()
        assert await sending == 3  # the sender can still see that it should stop
        assert smtp.is_reusable

    assert outcomes[0].result is Result.ACCEPTED
    assert len(server.accepted) == 1


async def test_cancelling_an_offer_costs_the_connection() -> None:
    slow = Held("250 2.1.0 ok")
    async with ScriptedSmtp(mail=[slow]) as server, connected(server) as smtp:
        offering = asyncio.create_task(smtp.offer(SENDER, RECIPIENT, 1))
        await server.reached("mail")
        offering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await offering
        assert not smtp.is_reusable  # the late 250 would answer the next command


async def test_a_loop_torn_down_while_sending_leaves_doubt() -> None:
    async with ScriptedSmtp(dot=[STALL]) as server, connected(server) as smtp:
        before = asyncio.all_tasks()
        sending = asyncio.create_task(send(smtp))
        await server.reached("dot")
        inner = next(t for t in asyncio.all_tasks() - before if "_transmit" in repr(t))
        inner.cancel()
        outcome = await sending

    assert outcome.result is Result.UNKNOWN


async def test_withdrawing_an_offer_frees_the_connection() -> None:
    async with ScriptedSmtp() as server, connected(server) as smtp:
        assert await smtp.offer(SENDER, RECIPIENT, len(RAW)) is None
        await smtp.withdraw()
        assert smtp.is_reusable
        outcome = await send(smtp)

    assert outcome.result is Result.ACCEPTED
    assert server.sessions[0].verbs == TWO_MAILS


@pytest.mark.parametrize("rset", ["500 5.5.1 no", DROP, STALL])
async def test_withdrawing_without_an_answer_costs_the_connection(rset: Act) -> None:
    async with ScriptedSmtp(rset=[rset]) as server, connected(server, SHORT) as smtp:
        assert await smtp.offer(SENDER, RECIPIENT, len(RAW)) is None
        await smtp.withdraw()
        assert not smtp.is_reusable


async def test_after_a_refusal_the_next_mail_starts_clean() -> None:
    async with (
        ScriptedSmtp(rcpt=["550 5.1.1 no such user"]) as server,
        connected(server) as smtp,
    ):
        refused = await send(smtp)
        outcome = await send(smtp)

    assert refused == Outcome(Result.REFUSED, Phase.RCPT, 550, "5.1.1", "no such user")
    assert outcome.result is Result.ACCEPTED
    assert server.sessions[0].verbs == TWO_MAILS


async def test_what_the_server_said_is_kept_in_plain_words() -> None:
    async with ScriptedSmtp(mail=[b"hello\r\n"]) as server, connected(server) as smtp:
        outcome = await send(smtp)

    assert outcome.text == "Malformed SMTP response line: hello"
