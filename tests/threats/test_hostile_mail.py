"""Mails made to break whoever reads them: each still ends in one filing, and holds the customer who wrote."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.mail import ParsedMail
from mailagent.flows.desk import Desk
from mailagent.flows.gathering import Position
from mailagent.flows.reader import Reader
from tests.house import House
from tests.letters import reply
from tests.poisoned import Poisoned
from tests.threats.siege import ANNE, US, active, filings, questions, reasons, reminded

HEAD = f"From: <{ANNE}>\r\nTo: <{US}>\r\nSubject: facture\r\n".encode()


def nested(times: int) -> bytes:
    return HEAD + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i)
        for i in range(times)
    )


HOSTILE = {
    "nested 1000 deep": nested(1000),
    "messages in messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1000 + b"x",
    "100,000 parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\n\r\n" * 100_000,
    "one header of 5 MB": HEAD + b"X-Long: " + b"a" * 5_000_000 + b"\r\n\r\nBonjour",
    "20,000 comments": HEAD + b"Cc: " + b"(" * 20_000 + b"\r\n\r\nBonjour",
    "10,000 recipients": HEAD
    + b"Cc: "
    + b", ".join(b"a%d@b.example" % i for i in range(10_000))
    + b"\r\n\r\nBonjour",
    "a charset that is none": HEAD
    + b"Content-Type: text/plain; charset=klingon\r\n\r\nBonjour \xff\xfe",
    "half characters in UTF-7": HEAD
    + b"Content-Type: text/plain; charset=utf-7\r\n\r\nBonjour +2AA- contestons",
    "half characters in a header": HEAD
    + b"X-Ref: =?utf-7?q?+2AA-?=\r\nMessage-ID: <=?utf-7?q?+2AA-?=@x.example>\r\n\r\nBonjour",
    "NUL everywhere": HEAD.replace(b"facture", b"fac\x00ture") + b"\r\nBon\x00jour \x00",
    "a sum beyond all numbers": HEAD
    + b"Content-Type: text/plain\r\n\r\nNous paierons "
    + b"999 " * 30
    + b"EUR le 25 mars.",
    "a sum beyond all digits": HEAD + b"\r\nNous paierons 1" + b" 000" * 2000 + b" EUR le 25 mars.",
    "no end of quotes": HEAD + b"\r\n" + b"> " * 500_000,
    "a megabyte of HTML": HEAD
    + b"Content-Type: text/html\r\n\r\n"
    + b"<div><blockquote type=cite>" * 40_000,
    "deep tables": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 5000 + b"paid",
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_mail_holds_its_sender_and_stops_nobody(house: House, name: str):
    await reminded(house)

    filing = await house.receive(HOSTILE[name])
    await house.receive(reply("Nous paierons le 25 mars.", sender="compta@leroy.example"))

    assert filing in {Filing.WAITING, Filing.QUARANTINED, Filing.APPLIED}
    assert reasons(await house.account("C1"), house)
    assert HoldReason.PROMISE in reasons(
        await house.account("C2"), house
    )  # the next one is handled
    assert sum((await filings(house)).values()) == 2


async def test_a_huge_sender_is_stored_and_asked_about(house: House):
    await reminded(house)
    address = "a" * 60_000 + "@" + "b" * 3000 + ".example"
    assert await house.receive(reply("Bonjour", sender=address, message_id=f"<{'c' * 60_000}@x>"))
    assert await questions(house)


@pytest.mark.parametrize(
    ("blow", "limit"), [(signal.SIGKILL, 60.0), (signal.SIGSTOP, 6.0)], ids=["dies", "hangs"]
)
async def test_a_mail_that_ends_the_reader_is_kept_and_holds_its_sender(
    house: House, blow: signal.Signals, limit: float
):
    await reminded(house)
    await house.reader.close()
    house.reader = Poisoned(blow, limit)

    filing = await house.receive(reply("POISON: la facture est contestée."))
    after = await house.receive(reply("Nous paierons le 25 mars.", sender="compta@leroy.example"))

    assert (filing, after) == (Filing.QUARANTINED, Filing.APPLIED)
    assert reasons(await house.account("C1"), house) == {HoldReason.NOT_UNDERSTOOD}
    assert HoldReason.PROMISE in reasons(await house.account("C2"), house)
    assert [q.customer for q in await questions(house)] == ["C1"]


@pytest.mark.parametrize(
    ("blow", "limit"), [(signal.SIGKILL, 60.0), (signal.SIGSTOP, 6.0)], ids=["dies", "hangs"]
)
async def test_of_mails_read_together_only_the_one_that_ends_the_reader_is_lost(
    blow: signal.Signals, limit: float
):
    reader = Poisoned(blow, limit)
    texts = [f"POISON {n}" if n in {2, 3} else f"Bonjour {n}" for n in range(6)]

    mails = await asyncio.gather(*(reader.parse(reply(text)) for text in texts))
    await reader.close()

    assert [bool(mail.unreadable) for mail in mails] == ["POISON" in text for text in texts]
    assert [mail.new_text for mail in mails if not mail.unreadable] == [
        texts[n] for n in (0, 1, 4, 5)
    ]
    assert {mail.sender for mail in mails} == {ANNE}


async def test_a_mail_whose_reading_is_given_up_costs_no_other_its_answer():
    reader = Reader()
    given_up = asyncio.ensure_future(reader.parse(reply("Bonjour 0")))
    others = [asyncio.ensure_future(reader.parse(reply(f"Bonjour {n}"))) for n in (1, 2)]
    await asyncio.sleep(0)  # all have asked, and the first has its turn
    given_up.cancel()

    mails = await asyncio.gather(*others)
    await reader.close()

    assert [mail.new_text for mail in mails] == ["Bonjour 1", "Bonjour 2"]


async def test_a_reader_killed_while_it_rests_costs_no_mail(house: House):
    await reminded(house)
    await house.receive(reply("Bonjour", sender="x@y.example"))
    process = house.reader._process
    assert process is not None
    process.kill()

    assert await house.receive(reply("Nous paierons le 25 mars.")) is Filing.APPLIED


async def test_a_mail_of_the_years_1970_or_3000_is_read_on_the_day_it_came(house: House):
    mails = await reminded(house)
    for ref, sender, date in (
        ("C1", ANNE, "Thu, 01 Jan 1970 00:00:00 +0000"),
        ("C2", "compta@leroy.example", "Fri, 24 Mar 2090 08:00:00 +0000"),
    ):
        raw = reply("Nous paierons le 25 mars.", sender=sender, answers=mails[ref].message_id)
        await house.receive(raw.replace(b"Subject:", f"Date: {date}\r\nSubject:".encode()))

        (promise,) = (await house.account(ref)).promises
        assert promise.pay_by.isoformat() == "2026-03-25"
        assert all(h.until for h in active(await house.account(ref), house))


class Stumbling(Reader):
    """A bug of ours that this mail brings out, in the body or, worse, wherever it is touched."""

    def __init__(self, *, header_too: bool) -> None:
        super().__init__()
        self._header_too = header_too

    async def parse(self, raw: bytes) -> ParsedMail:
        raise RuntimeError("a bug")

    async def parse_header(self, raw: bytes, why: str) -> ParsedMail:
        if self._header_too:
            raise RuntimeError("a bug")
        return await super().parse_header(raw, why)


@pytest.mark.parametrize("header_too", [False, True])
async def test_a_mail_that_brings_out_a_bug_is_given_up_and_holds_its_sender(
    house: House, header_too: bool
):
    await reminded(house)
    await house.reader.close()
    house.reader = reader = Stumbling(header_too=header_too)
    no_session: Any = None
    desk = Desk(no_session, house.setup, house.db, reader, house.clock, house.lease, lambda: None)

    filed = await desk._take_in(
        Position("inbox", 1, 7), reply("La facture est contestée."), house.clock.now()
    )

    assert filed
    assert (await filings(house))["quarantined"] == 1
    assert len(await questions(house)) == 1
    held = reasons(await house.account("C1"), house)
    assert held == (set() if header_too else {HoldReason.NOT_UNDERSTOOD})
