"""Mails that lie about who wrote them, what they answer, or what became of ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from mailagent.daemon import make_setup
from mailagent.message.tokens import Tokens
from tests.core.make import make_company
from tests.house import House
from tests.letters import reply
from tests.threats.siege import (
    ANNE,
    CLAIRE,
    GARAGE,
    US,
    active,
    books,
    journal,
    questions,
    reasons,
    reminded,
    reply_address,
)


async def test_twenty_forged_claims_close_nothing_and_the_pause_ends(house: House):
    mails = await reminded(house)
    before = await books(house)

    for number in range(20):
        text = f"Bonjour,\nla facture FA-2026-0042 a été réglée hier par virement. {number}"
        await house.receive(reply(text, answers=mails["C1"].message_id))

    assert await books(house) == before
    account = await house.account("C1")
    assert all(h.until is not None for h in active(account, house))
    assert [q.customer for q in await questions(house)] == ["C1"]  # the second claim asked
    house.pass_days(14)
    account = await house.account("C1")
    assert active(account, house) == []
    assert await house.plan() >= 1


async def test_claims_that_follow_each_other_ask_a_person_from_the_second_on(house: House):
    mails = await reminded(house)
    await house.receive(reply("La facture est payée.", answers=mails["C1"].message_id))
    assert await questions(house) == ()
    house.pass_days(14)

    await house.receive(reply("La facture est bien payée.", answers=mails["C1"].message_id))

    (question,) = await questions(house)
    assert (question.customer, question.invoices) == ("C1", ("FA-2026-0042",))


async def test_promises_that_follow_each_other_ask_a_person_from_the_second_on(house: House):
    mails = await reminded(house)
    thread = mails["C1"].message_id
    await house.receive(reply("Nous paierons le 2 avril.", answers=thread))
    assert await questions(house) == ()
    house.pass_days(20)

    await house.receive(reply("Nous paierons le 28 avril.", answers=thread))

    (question,) = await questions(house)
    assert question.customer == "C1"


async def test_absences_that_follow_each_other_ask_a_person(house: House):
    """A machine that is always away must not silence an invoice for ever without a person knowing."""
    mails = await reminded(house)
    for round_ in range(4):
        await house.receive(
            reply(
                f"Je suis absente pour {round_} raisons.",
                subject="Réponse automatique : votre facture",
                answers=mails["C1"].message_id,
                extra="Auto-Submitted: auto-replied",
            )
        )
        house.pass_days(10)
    assert [q.customer for q in await questions(house)] == ["C1"]


async def test_a_strangers_absence_that_names_an_invoice_asks_a_person(house: House):
    await reminded(house)

    filing = await house.receive(
        reply(
            "Je suis absent jusqu'au 15 avril.",
            sender="mallory@evil.example",
            subject="Réponse automatique : [FA-2026-0042]",
            extra="Auto-Submitted: auto-replied",
        )
    )

    assert filing is Filing.WAITING
    assert "C1" in {q.customer for q in await questions(house)}


async def test_forged_references_reach_nobody(house: House):
    mails = await reminded(house)
    theirs = mails["C2"].message_id
    forged = theirs[:5] + ("a" if theirs[5] != "a" else "b") + theirs[6:]

    filing = await house.receive(
        reply("Tout est payé.", sender="mallory@evil.example", subject="Re", answers=forged)
    )

    assert filing is Filing.WAITING
    assert active(await house.account("C2"), house) == []
    assert active(await house.account("C1"), house) == []


async def test_a_guessed_reply_address_reaches_nobody(house: House):
    mails = await reminded(house)
    address = await reply_address(house, mails["C2"])
    local, _, domain = address.rpartition("@")
    for changed in (local[:-1] + ("a" if local[-1] != "a" else "b"), "compta+ae", "compta+2"):
        await house.receive(
            reply("Payé.", sender="mallory@evil.example", subject="x", to=f"{changed}@{domain}")
        )
    assert active(await house.account("C2"), house) == []


async def test_a_token_of_another_company_says_nothing_here(house: House):
    """Outbox ids count per company: mail 1 of one must not open the thread of mail 1 of the other."""
    mails = await reminded(house)
    key = await house.db.signing_key()
    settings = SimpleNamespace(sequences={"fr": house.setup.sequence})

    def tokens(company: str) -> Tokens:
        config = SimpleNamespace(company=make_company(id=company), imap=None, smtp=None)
        return make_setup(config, settings, house.setup.templates, key).tokens  # as the daemon does

    house.setup = replace(house.setup, tokens=tokens("martin"))
    mail = mails["C2"]
    assert house.setup.tokens.read_address(house.setup.tokens.reply_address(US, mail.id)) == mail.id
    foreign = tokens("dupont").reply_address(US, mail.id)

    await house.receive(reply("Payé.", sender="mallory@evil.example", subject="x", to=foreign))

    assert active(await house.account("C2"), house) == []


@pytest.mark.parametrize("way", ["token", "reference"])
async def test_a_known_thread_in_an_unknown_hand_holds_for_a_time_and_asks(house: House, way: str):
    """Our mail was forwarded, or its reader writes from home: the thread is proven, the person not."""
    mails = await reminded(house)
    to = await reply_address(house, mails["C1"]) if way == "token" else US
    answers = mails["C1"].message_id if way == "reference" else ""
    before = await books(house)

    filing = await house.receive(
        reply("La facture est payée.", sender="mallory@evil.example", to=to, answers=answers)
    )

    assert filing is Filing.WAITING
    assert await books(house) == before
    assert reasons(await house.account("C1"), house)
    assert any("mallory@evil.example" in q.question for q in await questions(house))
    assert active(await house.account("C2"), house) == []


async def test_a_customer_in_anothers_thread_holds_both_and_asks(house: House):
    """Leroy answers with Petit's Message-ID: nothing is believed, both fall silent, a person looks."""
    mails = await reminded(house)

    filing = await house.receive(
        reply("Nous paierons le 25 mars.", sender=GARAGE, answers=mails["C1"].message_id)
    )

    assert filing is Filing.WAITING
    for ref in ("C1", "C2"):
        account = await house.account(ref)
        assert reasons(account, house) == {HoldReason.NOT_UNDERSTOOD}
        assert account.promises == ()


async def test_another_customers_number_in_his_text_touches_only_himself(house: House):
    mails = await reminded(house)

    await house.receive(
        reply("La facture FA-2026-0050 est contestée.", answers=mails["C1"].message_id)
    )
    await house.receive(reply("La FA-2026-0050 du garage est fausse.", subject="autre"))

    assert active(await house.account("C2"), house) == []
    assert reasons(await house.account("C1"), house)


async def test_two_from_addresses_hold_whoever_is_among_them_and_ask(house: House):
    await reminded(house)
    raw = reply("Nous contestons cette facture.", subject="Bonjour").replace(
        f"From: <{ANNE}>".encode(), f"From: <mallory@evil.example>, <{ANNE}>".encode()
    )
    doubled = reply("Nous contestons.", subject="Bonjour", sender=GARAGE).replace(
        f"From: <{GARAGE}>".encode(),
        f"From: <x@evil.example>\r\nFrom: <{GARAGE}>".encode(),
    )

    assert await house.receive(raw) is Filing.WAITING
    assert await house.receive(doubled) is Filing.WAITING

    for ref in ("C1", "C2"):
        assert reasons(await house.account(ref), house) == {HoldReason.NOT_UNDERSTOOD}


async def test_a_forged_staff_mail_changes_nothing_that_only_staff_may(house: House):
    """P9: From alone is no proof, so it pauses for some days and does nothing else."""
    await reminded(house)
    before = await books(house)
    for text in (
        "Facture FA-2026-0042 réglée, merci de solder.",
        "Nouveau contact : x@evil.example",
    ):
        await house.receive(reply(text, sender=CLAIRE, to=US, subject="FA-2026-0042"))
        await house.receive(reply(text, sender=CLAIRE, to=ANNE, cc=US))

    assert await books(house) == before
    holds = active(await house.account("C1"), house)
    assert {h.reason for h in holds} == {HoldReason.HUMAN_TALK}
    assert all(h.until - house.clock.now() < timedelta(days=10) for h in holds)
    assert await questions(house)


async def test_our_own_address_forged_cannot_hide_a_dispute_of_a_stranger(house: House):
    """Our Message-ID under a stranger's address, and under the customer's: both are read."""
    mails = await reminded(house)
    for sender in (ANNE, "mallory@evil.example"):
        filing = await house.receive(
            reply(
                f"La facture FA-2026-0042 est contestée. {sender}",
                sender=sender,
                message_id=mails["C1"].message_id,
            )
        )
        assert filing is Filing.WAITING
    assert HoldReason.DISPUTE in reasons(await house.account("C1"), house)


def report(cited: str, *addresses: str, sender: str = "MAILER-DAEMON@mx.example") -> bytes:
    """A delivery report that says these addresses do not exist."""
    blocks = "".join(
        f"Final-Recipient: rfc822; {a}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        for a in addresses
    )
    return (
        f"From: {sender}\r\nTo: {US}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{abs(hash((cited, addresses)))}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n{blocks}"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {cited}\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_report_that_cites_no_mail_of_ours_suppresses_nothing(house: House):
    await reminded(house)

    await house.receive(report("<made.up@evil.example>", ANNE))

    account = await house.account("C1")
    assert account.customer.recipient() is not None
    assert [q.customer for q in await questions(house)] == ["C1"]


async def test_a_report_about_his_mail_cannot_kill_another_customers_address(house: House):
    """Petit got our mail, so he can cite it; he may not thereby silence Leroy for good."""
    mails = await reminded(house)

    await house.receive(report(mails["C1"].message_id, GARAGE))

    leroy = await house.account("C2")
    assert leroy.customer.recipient() is not None
    assert all(h.reason is HoldReason.BOUNCED for h in active(leroy, house))
    assert {q.customer for q in await questions(house)} <= {"C1", "C2"}
    assert await questions(house)


async def test_a_report_kills_only_the_address_that_the_cited_mail_went_to(house: House):
    line = (
        "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example,chef@petit.example;2026-03-06;1200,00"
    )
    mails = await reminded(house, line)

    await house.receive(report(mails["C1"].message_id, "chef@petit.example"))

    account = await house.account("C1")
    assert [c.suppressed for c in account.customer.contacts] == ["", ""]
    assert await questions(house)


async def test_a_customer_who_attaches_a_delivery_report_is_a_person(house: House):
    """He forwards us a bounce he got and contests the invoice: his words count, not the report."""
    await reminded(house)
    raw = (
        f"From: <{ANNE}>\r\nTo: <{US}>\r\nSubject: votre adresse\r\nMIME-Version: 1.0\r\n"
        'Message-ID: <p@petit.example>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        "Mon mail est revenu. Nous contestons la facture.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {US}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()

    assert await house.receive(raw) is Filing.WAITING
    assert reasons(await house.account("C1"), house)


async def test_every_forgery_is_in_the_journal_and_nothing_was_sent(house: House):
    mails = await reminded(house)
    for number in range(3):
        await house.receive(reply(f"Payé {number}", answers=mails["C1"].message_id))

    entries = await journal(house)
    assert sum(e.event == "mail.filed" for e in entries) == 3
    assert all(e.cause.ref for e in entries)
    assert {m.state for m in await house.outbox()} == {OutboxState.SENT}
