"""Logging in: one attempt, one method, and no secret in what can be printed."""

from __future__ import annotations

import base64
import traceback

import pytest

from mailagent.core.server import Login, Security, Server, SmtpAccount
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.smtp import SmtpPool
from mailagent.transport.smtp_connect import Deadlines
from tests.peers.scripted_smtp import DROP, STALL, Act, ScriptedSmtp

SECRET = "hunter2-très-secret"
LOGIN = Login("agent", SECRET)


async def token() -> str:
    return SECRET


WITH_TOKEN = Login("agent", token=token)


async def log_in(server: ScriptedSmtp, login: Login, deadlines: Deadlines | None = None) -> None:
    pool = SmtpPool(server.account(login=login), deadlines=deadlines)
    try:
        async with pool.connection():
            pass
    finally:
        await pool.close()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("offered", "login", "expected"),
    [
        ("AUTH LOGIN PLAIN CRAM-MD5", LOGIN, ["AUTH PLAIN " + encoded(f"\0agent\0{SECRET}")]),
        (
            "AUTH LOGIN CRAM-MD5",
            LOGIN,
            ["AUTH LOGIN " + encoded("agent"), encoded(SECRET)],
        ),
        (
            "AUTH PLAIN XOAUTH2",
            WITH_TOKEN,
            ["AUTH XOAUTH2 " + encoded(f"user=agent\1auth=Bearer {SECRET}\1\1")],
        ),
    ],
)
async def test_login(offered: str, login: Login, expected: list[str]) -> None:
    async with ScriptedSmtp(extensions=(offered,)) as server:
        await log_in(server, login)

    assert server.sessions[0].commands[1:-1] == expected


async def test_cram_md5_when_nothing_else_is_offered() -> None:
    async with ScriptedSmtp(extensions=("AUTH CRAM-MD5",)) as server:
        await log_in(server, LOGIN)

    answer = base64.b64decode(server.sessions[0].commands[2]).decode()
    assert answer.startswith("agent ")
    assert SECRET not in answer


@pytest.mark.parametrize(
    "refused", ["535 5.7.8 wrong", "530 5.7.0 first TLS", "534 5.7.9 too weak", "535 no"]
)
async def test_a_refused_login_is_tried_once(refused: str) -> None:
    async with ScriptedSmtp(
        extensions=("AUTH PLAIN LOGIN CRAM-MD5",), auth=[refused] * 9
    ) as server:
        with pytest.raises(LoginRefused, match=refused[:3]):
            await log_in(server, LOGIN)
        await server.idle()

    assert server.sessions[0].verbs.count("AUTH") == 1
    assert len(server.sessions) == 1


async def test_a_refused_token() -> None:
    challenge = "334 " + encoded('{"status":"401"}')
    async with ScriptedSmtp(
        extensions=("AUTH XOAUTH2",), auth=[challenge, "535 5.7.8 expired"]
    ) as server:
        with pytest.raises(LoginRefused, match="expired"):
            await log_in(server, WITH_TOKEN)


@pytest.mark.parametrize("login", [LOGIN, WITH_TOKEN])
@pytest.mark.parametrize("offered", ["SIZE", "AUTH GSSAPI"])
async def test_a_server_without_our_login_needs_a_person(offered: str, login: Login) -> None:
    async with ScriptedSmtp(extensions=(offered,)) as server:
        with pytest.raises(LoginRefused, match="offers no login"):
            await log_in(server, login)


@pytest.mark.parametrize("auth", ["454 4.7.0 directory away", "421 4.3.2 bye", DROP, STALL])
async def test_trouble_while_logging_in_is_not_a_refusal(auth: Act) -> None:
    async with ScriptedSmtp(extensions=("AUTH PLAIN",), auth=[auth]) as server:
        with pytest.raises(TransportUnavailable) as caught:
            await log_in(server, LOGIN, Deadlines(connect=0.3))

    assert not isinstance(caught.value, LoginRefused)


async def test_a_token_that_cannot_be_fetched_is_not_a_refusal() -> None:
    async def unreachable() -> str:
        raise OSError("token server away")

    async with ScriptedSmtp(extensions=("AUTH XOAUTH2",)) as server:
        with pytest.raises(TransportUnavailable, match="token server away"):
            await log_in(server, Login("agent", token=unreachable))


@pytest.mark.parametrize("login", [LOGIN, WITH_TOKEN])
async def test_no_secret_in_what_can_be_printed(login: Login) -> None:
    async with ScriptedSmtp(
        extensions=("AUTH PLAIN XOAUTH2",), auth=["235 ok", "535 5.7.8 wrong"]
    ) as server:
        pool = SmtpPool(server.account(login=login, connections=2))
        async with pool.connection() as smtp:
            printed = [repr(pool), repr(smtp), repr(vars(pool)), repr(vars(smtp))]
            with pytest.raises(LoginRefused) as caught:
                async with pool.connection():
                    pass
        await pool.close()

    printed += traceback.format_exception(caught.value)
    for secret in (SECRET, encoded(SECRET), encoded(f"\0agent\0{SECRET}")):
        assert not any(secret in text for text in printed)


async def test_a_password_is_never_sent_unencrypted_to_another_machine() -> None:
    server = Server("192.0.2.1", 25, Security.NONE, LOGIN)
    pool = SmtpPool(SmtpAccount(server))
    with pytest.raises(TransportUnavailable, match="not encrypted"):
        async with pool.connection():
            pass
    await pool.close()
