"""Programs that write to us without end: answered by nobody, held by nothing but a thread, and bounded."""

from __future__ import annotations

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from tests.house import House
from tests.letters import reply
from tests.threats.siege import (
    ANNE,
    CLAIRE,
    GARAGE,
    US,
    active,
    filings,
    journal,
    questions,
    reasons,
    reminded,
)

AUTO = "Auto-Submitted: auto-replied"


async def test_a_burst_of_absences_hides_no_dispute_and_piles_nothing_up(house: House):
    mails = await reminded(house)
    thread = mails["C1"].message_id
    for number in range(300):
        if number == 250:
            filing = await house.receive(reply("La facture est contestée.", answers=thread))
            assert filing is Filing.WAITING
        await house.receive(
            reply(
                f"Je suis absente jusqu'au 20 mars. {number}",
                subject="Réponse automatique : votre facture",
                answers=thread,
                extra=AUTO,
            )
        )

    account = await house.account("C1")
    assert HoldReason.DISPUTE in reasons(account, house)
    assert len(account.holds) <= 4  # equal silences are one silence
    assert len(await house.outbox()) == 2  # nothing was answered
    assert len(await questions(house)) == 1
    assert (await filings(house))["applied"] == 300


async def test_a_burst_of_strangers_absences_asks_one_question(house: House):
    await reminded(house)
    for number in range(30):
        filing = await house.receive(
            reply(
                f"Absent {number}",
                sender=f"robot{number}@evil.example",
                subject="Réponse automatique : FA-2026-0042",
                extra=AUTO,
            )
        )
        assert filing is Filing.WAITING
    assert len(await questions(house)) == 1
    assert len((await house.account("C1")).holds) == 1


async def test_a_burst_of_reports_asks_one_question(house: House):
    mails = await reminded(house)
    for number in range(100):
        await house.receive(
            f"From: MAILER-DAEMON@mx.example\r\nTo: {US}\r\nSubject: Undelivered Mail {number}\r\n"
            f"Return-Path: <>\r\nMessage-ID: <{number}@mx.example>\r\n"
            f"In-Reply-To: {mails['C1'].message_id}\r\n\r\n<{ANNE}>: user unknown\r\n".encode()
        )
    assert len(await questions(house)) == 1
    account = await house.account("C1")
    assert len(account.holds) == 1
    assert len(await house.outbox()) == 2


@pytest.mark.parametrize(
    "extra",
    [
        "Return-Path: <>",
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-replied",
        "Precedence: bulk\r\nList-Id: <news.shop.example>",
        "X-Auto-Response-Suppress: All",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    ],
)
async def test_automatic_mail_of_strangers_is_kept_and_touches_nobody(house: House, extra: str):
    await reminded(house)
    raw = reply("Undelivered", sender="robot@mx.example", subject="Notice", extra=extra)

    assert await house.receive(raw) in {Filing.NOT_OURS, Filing.WAITING}

    for ref in ("C1", "C2"):
        assert active(await house.account(ref), house) == []
    assert len(await house.outbox()) == 2


async def test_our_own_mail_that_comes_back_is_ours_each_time(house: House):
    for mail in (await reminded(house)).values():
        raw = await house.raw(mail)
        for hop in range(3):
            looped = f"Received: from hop{hop}\r\nDelivered-To: {US}\r\n".encode() + raw
            assert await house.receive(looped) is Filing.NOT_OURS
    assert (await house.account("C1")).holds == ()
    assert len(await house.outbox()) == 2


async def test_two_mailagents_that_remind_each_other_do_not_talk(house: House):
    """Each takes the other's reminder for what it is, a program's mail, and answers nothing."""
    line = f"X-1;C9;Martin Bis;{GARAGE};2026-03-06;10,00"
    mails = await reminded(house, line)
    raw = await house.raw(mails["C9"])
    theirs = raw.replace(US.encode(), b"@@").replace(GARAGE.encode(), US.encode())
    theirs = theirs.replace(b"@@", GARAGE.encode())
    before = len(await house.outbox())

    for number in range(20):
        await house.receive(theirs.replace(b"Subject:", f"X-Round: {number}\r\nSubject:".encode()))
        house.pass_days(0.01)
        await house.plan()

    assert len(await house.outbox()) == before
    assert len(await questions(house)) <= 1


async def test_a_person_who_writes_through_a_list_is_heard(house: House):
    """Many firms' shared addresses are groups: List-Id and Precedence come with every mail of a person."""
    await reminded(house)
    extra = "List-Id: <compta.petit.example>\r\nPrecedence: list"

    filing = await house.receive(
        reply("Nous contestons la FA-2026-0042.", subject="Bonjour", extra=extra)
    )

    assert filing is Filing.WAITING
    assert reasons(await house.account("C1"), house)


async def test_a_ticket_system_that_speaks_for_a_person_is_heard(house: House):
    await reminded(house)

    await house.receive(
        reply(
            "Bonjour, nous contestons la facture FA-2026-0042, le prix est faux.",
            subject="[Ticket #4711] votre facture",
            extra="Auto-Submitted: auto-generated",
        )
    )

    assert reasons(await house.account("C1"), house)
    assert [q.customer for q in await questions(house)] == ["C1"]


@pytest.mark.parametrize(
    "subject",
    [
        "Absence de livraison, facture FA-2026-0042",
        "Absence de bon de commande",
        "Vacances d'été : commande non reçue",
    ],
)
async def test_a_subject_about_what_is_missing_is_no_absence(house: House, subject: str):
    await reminded(house)

    filing = await house.receive(reply("Nous contestons cette facture.", subject=subject))

    assert filing is Filing.WAITING
    assert HoldReason.OUT_OF_OFFICE not in reasons(await house.account("C1"), house)
    assert reasons(await house.account("C1"), house)


async def test_a_mail_loop_between_our_people_stops_at_us(house: House):
    await reminded(house)
    for number in range(10):
        await house.receive(
            reply(f"Absente {number}", sender=CLAIRE, to=US, subject="Absence", extra=AUTO)
        )
        await house.receive(reply(f"copie {number}", sender=US, to=US, subject="copie"))
    assert await questions(house) == ()
    assert (await house.account("C1")).holds == ()
    assert sum(e.event == "mail.filed" for e in await journal(house)) == 20
