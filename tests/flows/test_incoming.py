"""What one received mail does, from its bytes to the account, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

from mailagent.core.customer import PromiseState
from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from mailagent.flows import orders
from tests.house import House
from tests.letters import reply
from tests.peers.scripted_smtp import DROP, ScriptedSmtp
from tests.peers.sink import Sink

PETIT = "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example;2026-03-06;1200,00"
LEROY = "FA-2026-0050;C2;Garage Leroy;compta@leroy.example;2026-02-27;80,00"


async def reminded(house: House) -> str:
    """Petit and Leroy got their reminders; returns the Message-ID of Petit's."""
    await house.invoices(PETIT, LEROY)
    await house.plan()
    await house.freshen()
    async with Sink() as sink:
        await house.send(sink.account())
    return next(m.message_id for m in await house.outbox() if m.customer == "C1")


def reasons(account) -> set[HoldReason]:
    return {h.reason for h in account.holds if h.lifted_at is None}


async def test_a_claim_of_payment_holds_but_closes_nothing(house: House):
    thread = await reminded(house)

    filing = await house.receive(
        reply("Bonjour,\nla facture a été réglée hier par virement.", answers=thread)
    )

    account = await house.account("C1")
    assert filing is Filing.APPLIED
    assert HoldReason.PAYMENT_CLAIM in reasons(account)
    assert account.invoices[0].balance_due.amount == 120000
    house.pass_days(1)
    assert await house.plan() == 0


async def test_a_promise_holds_until_its_day_and_is_recorded(house: House):
    thread = await reminded(house)

    await house.receive(reply("Bonjour, nous paierons le 25 mars. Cordialement", answers=thread))

    account = await house.account("C1")
    (promise,) = account.promises
    assert (promise.invoice, promise.pay_by) == ("FA-2026-0042", date(2026, 3, 25))
    assert HoldReason.PROMISE in reasons(account)


async def test_a_dispute_stops_its_invoice_until_a_person_settles_it(house: House):
    thread = await reminded(house)

    await house.receive(
        reply("Nous contestons la facture FA-2026-0042 : le prix est faux.", answers=thread)
    )

    account = await house.account("C1")
    dispute = next(h for h in account.holds if h.reason is HoldReason.DISPUTE)
    assert (dispute.invoice, dispute.until) == ("FA-2026-0042", None)
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert [r.customer for r in await tx.reviews.list_open()] == ["C1"]


async def test_what_is_not_understood_holds_too_even_in_a_new_thread(house: House):
    await reminded(house)

    filing = await house.receive(reply("Bonjour, je vous rappelle demain.", subject="Coucou"))

    account = await house.account("C1")
    assert filing is Filing.WAITING
    assert any(h.invoice is None and h.until is None for h in account.holds)
    assert (await house.account("C2")).holds == ()


async def test_the_same_mail_again_has_no_second_effect(house: House):
    thread = await reminded(house)
    raw = reply("Nous paierons le 25 mars.", answers=thread)

    await house.receive(raw)
    before = await house.account("C1")
    filing = await house.receive(raw)

    assert filing is Filing.NOT_OURS
    assert await house.account("C1") == before


async def test_an_equal_message_id_with_another_text_is_a_new_mail(house: House):
    thread = await reminded(house)

    await house.receive(reply("Merci.", answers=thread, message_id="<same@client.example>"))
    await house.receive(
        reply("La facture est contestée.", answers=thread, message_id="<same@client.example>")
    )

    assert HoldReason.DISPUTE in reasons(await house.account("C1"))


async def test_our_message_id_on_a_strangers_mail_hides_nothing(house: House):
    thread = await reminded(house)

    await house.receive(reply("La facture est contestée.", message_id=thread))

    assert reasons(await house.account("C1"))


async def test_staff_writing_to_the_customer_takes_over(house: House):
    await reminded(house)
    raw = reply(
        "Bonjour Anne, je m'en occupe.", sender="compta@martin.example", to="anne@petit.example"
    )

    filing = await house.receive(raw, mailbox="sent")

    account = await house.account("C1")
    assert filing is Filing.APPLIED
    assert reasons(account) == {HoldReason.HUMAN_TALK}
    assert (await house.account("C2")).holds == ()


async def test_staff_in_copy_takes_over(house: House):
    await reminded(house)
    raw = reply(
        "Bonjour",
        sender="claire@martin.example",
        to="anne@petit.example",
        cc="compta@martin.example",
    )

    await house.receive(raw)

    assert reasons(await house.account("C1")) == {HoldReason.HUMAN_TALK}


async def test_a_copy_of_our_own_mail_does_nothing(house: House):
    await reminded(house)
    for mail in await house.outbox():
        assert await house.receive(await house.raw(mail), mailbox="sent") is Filing.NOT_OURS

    assert (await house.account("C1")).holds == ()


async def test_a_bounce_suppresses_the_address_and_proves_delivery_was_tried(house: House):
    thread = await reminded(house)
    raw = (
        "From: MAILER-DAEMON@mx.example\r\nTo: compta@martin.example\r\nSubject: Undelivered\r\n"
        "Message-ID: <b1@mx.example>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; anne@petit.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {thread}\r\n\r\n--b--\r\n"
    ).encode()

    await house.receive(raw)

    account = await house.account("C1")
    assert account.customer.recipient() is None
    assert HoldReason.BOUNCED in reasons(account)


async def test_an_answer_proves_that_a_mail_in_doubt_arrived(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    async with ScriptedSmtp(dot=[DROP]) as server:
        await house.send(server.account())
    (mail,) = await house.outbox()
    assert mail.state is OutboxState.UNKNOWN

    await house.receive(reply("Bien reçu, nous paierons le 25 mars.", answers=mail.message_id))

    (mail,) = await house.outbox()
    assert mail.state is OutboxState.SENT
    assert (await house.account("C1")).reminders[0].sent_at is not None


async def test_a_kept_and_a_broken_promise(house: House):
    thread = await reminded(house)
    await house.receive(reply("Nous paierons le 16 mars.", answers=thread))
    await house.payments("FA-2026-0042;1200,00;2026-03-12")

    account = await house.account("C1")

    assert [p.state for p in account.promises] == [PromiseState.KEPT]
    assert not [h for h in account.holds if h.invoice and h.lifted_at is None]


async def test_resume_lifts_every_hold_and_the_sequence_goes_on(house: House):
    thread = await reminded(house)
    await house.receive(reply("La facture est contestée.", answers=thread))
    house.pass_days(14)

    await house.change(lambda r: orders.resume("C1", r, house.setup))

    account = await house.account("C1")
    assert not [h for h in account.holds if h.is_active(house.clock.now())]
    assert await house.plan() == 1 + 1  # Petit goes on, Leroy's next step is due too


async def test_an_unreadable_mail_is_quarantined_whole(house: House):
    await reminded(house)
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 3000 + b"end"

    filing = await house.receive(nested)

    assert filing in {Filing.QUARANTINED, Filing.WAITING}
    async with house.db.snapshot(house.setup.company.id) as tx:
        (mail,) = await tx.inbox.list(filing, 10)
        assert await tx.contents.get(mail.digest) == nested


async def test_every_mail_is_counted_once(house: House):
    thread = await reminded(house)
    mails = [
        reply("Réglé hier.", answers=thread),
        reply("Bonjour ?", sender="inconnu@ailleurs.example"),
        reply("News", sender="news@shop.example", extra="List-Id: <news.shop.example>"),
        b"\xff\xfe nothing like a mail",
    ]
    for raw in mails:
        await house.receive(raw)

    async with house.db.snapshot(house.setup.company.id) as tx:
        assert sum((await tx.inbox.counts()).values()) == len(mails)


async def test_out_of_office_holds_until_the_return(house: House):
    thread = await reminded(house)

    await house.receive(
        reply(
            "Je suis absente jusqu'au 20 mars inclus.",
            subject="Réponse automatique : votre facture",
            answers=thread,
            extra="Auto-Submitted: auto-replied",
        )
    )

    account = await house.account("C1")
    (hold,) = [h for h in account.holds if h.reason is HoldReason.OUT_OF_OFFICE]
    assert hold.until is not None
    assert hold.until - house.clock.now() > timedelta(days=9)


async def test_a_reminder_in_sent_that_the_database_forgot_stops_all_sending(house: House):
    await house.invoices(PETIT, LEROY)
    mine = house.setup.tokens.message_id("martin", "C1", "d+3", 0, "martin.example")
    raw = reply("Rappel", sender="compta@martin.example", to="anne@petit.example", message_id=mine)

    assert await house.receive(raw, mailbox="sent") is Filing.NOT_OURS

    async with house.db.snapshot(house.setup.company.id) as tx:
        assert (await tx.switches.state()).reason == "the database is older than the mailbox"
        assert [r.kind for r in await tx.reviews.list_open()] == ["restore"]
