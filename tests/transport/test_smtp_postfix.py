"""The same promises on a real server: Postfix, which delivers to Dovecot."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.core.server import Login, Security, SmtpAccount
from mailagent.errors import LoginRefused
from mailagent.transport.smtp import SmtpPool
from tests.peers.mail_host import DOMAIN, MailUser
from tests.peers.postfix import MAX_BYTES, SmtpHost

pytestmark = pytest.mark.needs_root

BODY = "Réglé ?\r\n.\r\n..deux points\r\n".encode()
RAW = b"From: agent@example.test\r\nMessage-ID: <1@creditor.test>\r\n\r\n" + BODY


async def send(account: SmtpAccount, recipient: str, *sizes: int) -> list[Outcome]:
    """One outcome for each size announced; the real one when none is given."""
    outcomes = []
    pool = SmtpPool(account)
    for size in sizes or (len(RAW),):
        async with pool.connection() as smtp:
            refused = await smtp.offer(f"agent@{DOMAIN}", recipient, size)
            outcomes.append(refused or await smtp.transmit(RAW))
    await pool.close()
    return outcomes


@pytest.mark.parametrize("security", Security)
async def test_the_mail_arrives_with_its_body_untouched(
    security: Security, postfix: SmtpHost, dovecot_user: MailUser
) -> None:
    [outcome] = await send(postfix.account(security), dovecot_user.address)

    assert outcome.result is Result.ACCEPTED
    assert (outcome.code, outcome.enhanced) == (250, "2.0.0")
    assert "queued as" in outcome.text
    [arrived] = dovecot_user.wait_for()
    body = arrived.split(b"\r\n\r\n", 1)[1]
    assert hashlib.sha256(body).digest() == hashlib.sha256(BODY).digest()


async def test_several_mails_share_a_session(postfix: SmtpHost, dovecot_user: MailUser) -> None:
    account = replace(postfix.account(), per_minute=60_000)
    outcomes = await send(account, dovecot_user.address, *[len(RAW)] * 3)

    assert [o.result for o in outcomes] == [Result.ACCEPTED] * 3
    assert len(dovecot_user.wait_for(3)) == 3


@pytest.mark.parametrize(
    ("who", "result", "code", "enhanced"),
    [
        ("unknown", Result.REFUSED, 550, "5.1.1"),
        ("full", Result.DEFERRED, 452, "4.2.2"),
        ("greylisted", Result.DEFERRED, 450, "4.7.1"),
        ("blocked", Result.REFUSED, 550, "5.7.1"),
    ],
)
async def test_refused_recipients(
    postfix: SmtpHost, who: str, result: Result, code: int, enhanced: str
) -> None:
    [outcome] = await send(postfix.account(), f"{who}@{DOMAIN}")

    assert (outcome.result, outcome.code, outcome.enhanced) == (result, code, enhanced)
    assert outcome.phase is Phase.RCPT


async def test_a_mail_too_large_is_refused_before_its_bytes_are_sent(
    postfix: SmtpHost, dovecot_user: MailUser
) -> None:
    account = replace(postfix.account(), per_minute=60_000)
    large, normal = await send(account, dovecot_user.address, MAX_BYTES + 1, len(RAW))

    assert (large.result, large.phase, large.enhanced) == (Result.REFUSED, Phase.MAIL, "5.3.4")
    assert normal.result is Result.ACCEPTED


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_wrong_password(postfix: SmtpHost, security: Security) -> None:
    account = postfix.account(security)
    wrong = replace(account, server=replace(account.server, login=Login("agent", "wrong")))

    with pytest.raises(LoginRefused, match="535"):
        await send(wrong, f"anna@{DOMAIN}")


async def test_an_account_without_a_login_is_refused_at_rcpt(postfix: SmtpHost) -> None:
    account = postfix.account()
    anonymous = replace(account, server=replace(account.server, login=None))

    [outcome] = await send(anonymous, f"anna@{DOMAIN}")
    assert outcome.result is Result.REFUSED
    assert outcome.enhanced.startswith("5.7.")
