"""The bytes on the wire are the stored bytes, and nothing in them can become a command."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.transport.smtp import SmtpPool
from tests.peers.scripted_smtp import ScriptedSmtp
from tests.peers.sink import Saw, Sink

SENDER, RECIPIENT = "claire@creditor.test", "bob@debtor.test"


async def send(
    server: ScriptedSmtp | Sink, raw: bytes, sender: str = SENDER, recipient: str = RECIPIENT
) -> Outcome:
    pool = SmtpPool(server.account())
    try:
        async with pool.connection() as smtp:
            refused = await smtp.offer(sender, recipient, len(raw))
            return refused or await smtp.transmit(raw)
    finally:
        await pool.close()


MAILS = {
    "plain": b"Message-ID: <1@creditor.test>\r\n\r\nBonjour\r\n",
    "dots": b"Message-ID: <1@x.test>\r\n\r\n.\r\n..\r\n.hidden\r\n. .\r\nend.\r\n",
    "eight bits": "Message-ID: <1@x.test>\r\n\r\nRelancé à Noël, 1 000 €\r\n".encode(),
    "every byte": b"Message-ID: <1@x.test>\r\n\r\n"
    + bytes(b for b in range(256) if b not in (10, 13))
    + b"\r\n",
    "longest line": b"Message-ID: <1@x.test>\r\n\r\n" + b"x" * 998 + b"\r\n",
    "half a megabyte": b"Message-ID: <1@x.test>\r\n\r\n" + (b"y" * 76 + b"\r\n") * 7_000,
    "no body": b"Message-ID: <1@x.test>\r\n\r\n",
}


@pytest.mark.parametrize("name", MAILS)
async def test_the_server_gets_the_stored_bytes(name: str) -> None:
    raw = MAILS[name]
    async with Sink() as sink:
        outcome = await send(sink, raw)

    digest = hashlib.sha256(raw).hexdigest()
    assert outcome.result is Result.ACCEPTED
    assert outcome.text.endswith(digest[:8])
    assert sink.mails == {digest: raw}
    assert [entry.saw for entry in sink.log] == [Saw.DATA, Saw.DOT, Saw.ACCEPTED]
    assert sink.accepted()[0].recipient == RECIPIENT


async def test_on_the_wire_only_dots_are_stuffed() -> None:
    async with ScriptedSmtp() as server:
        await send(server, b"A: b\r\n\r\n.one\r\ntwo\r\n")

    assert server.accepted == [b"A: b\r\n\r\n..one\r\ntwo\r\n.\r\n"]


@pytest.mark.parametrize("end", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r\n.\r", b"\r.\n"])
async def test_a_lone_line_end_around_a_dot_does_not_end_the_message(end: bytes) -> None:
    smuggled = b"A: b\r\n\r\nx" + end + b"MAIL FROM:<evil@x.test>\r\nDATA\r\n"
    async with ScriptedSmtp() as server:
        await send(server, smuggled)

    [body] = server.accepted
    assert server.sessions[0].verbs == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert body.count(b"\r\n.\r\n") == 1
    assert b"MAIL FROM:<evil@x.test>\r\nDATA\r\n.\r\n" in body
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=st.lists(st.text(".x \t", max_size=5), max_size=8))
async def test_whatever_the_lines_are_the_message_arrives_whole(lines: list[str]) -> None:
    raw = b"A: b\r\n\r\n" + "".join(f"{line}\r\n" for line in lines).encode()
    async with Sink() as sink:
        await send(sink, raw)

    assert list(sink.mails.values()) == [raw]


@pytest.mark.parametrize(
    ("sender", "recipient", "phase", "enhanced"),
    [
        (SENDER, "bob@debtor.test>\r\nRCPT TO:<eve@evil.test", Phase.RCPT, "5.1.3"),
        (SENDER, "bob@debtor.test\nDATA", Phase.RCPT, "5.1.3"),
        (SENDER, "Bob <bob@debtor.test>", Phase.RCPT, "5.1.3"),
        (SENDER, "bob@debtor.test NOTIFY=NEVER", Phase.RCPT, "5.1.3"),
        (SENDER, "", Phase.RCPT, "5.1.3"),
        ("claire@creditor.test\r\nRSET", RECIPIENT, Phase.MAIL, "5.1.7"),
        ("claire @creditor.test", RECIPIENT, Phase.MAIL, "5.1.7"),
        ("rené@creditor.test", RECIPIENT, Phase.MAIL, "5.6.7"),
        (SENDER, "rené@debtor.test", Phase.RCPT, "5.6.7"),
    ],
)
async def test_a_bad_address_never_reaches_the_server(
    sender: str, recipient: str, phase: Phase, enhanced: str
) -> None:
    async with ScriptedSmtp() as server:
        outcome = await send(server, b"", sender, recipient)

    assert (outcome.result, outcome.phase, outcome.enhanced) == (Result.REFUSED, phase, enhanced)
    assert outcome.text
    assert server.sessions[0].verbs == ["EHLO", "QUIT"]  # and the connection is still good


async def test_what_the_server_offers_is_used() -> None:
    async with ScriptedSmtp(extensions=("SIZE", "8BITMIME", "SMTPUTF8")) as server:
        await send(server, b"A: b\r\n\r\n", recipient="rené@café.test")

    assert server.sessions[0].commands[1:3] == [
        "MAIL FROM:<claire@creditor.test> SIZE=8 BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<rené@xn--caf-dma.test>",
    ]


async def test_what_the_server_does_not_offer_is_not_used() -> None:
    async with ScriptedSmtp(extensions=()) as server:
        await send(server, b"A: b\r\n\r\n", recipient="info@münchen.test")

    assert server.sessions[0].commands[1:3] == [
        "MAIL FROM:<claire@creditor.test>",
        "RCPT TO:<info@xn--mnchen-3ya.test>",
    ]


async def test_the_null_sender_is_allowed() -> None:
    async with ScriptedSmtp(extensions=()) as server:
        outcome = await send(server, b"A: b\r\n\r\n", sender="")

    assert outcome.result is Result.ACCEPTED
    assert server.sessions[0].commands[1] == "MAIL FROM:<>"
