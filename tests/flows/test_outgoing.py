"""From an imported invoice to a mail on the wire, on both databases."""

from __future__ import annotations

import asyncio
import email
from dataclasses import replace
from datetime import timedelta
from email import policy

from mailagent.core.company import Mode, Policy
from mailagent.core.customer import Contact, Customer
from mailagent.core.hold import HoldReason
from mailagent.core.outbox import OutboxState
from mailagent.flows import leaks, orders
from mailagent.flows.outgoing import APPROVAL, SHADOW, approve, leave_shadow, renew_held
from mailagent.flows.sending import recover
from mailagent.message.leak import check_outgoing
from mailagent.message.render import Templates
from tests.house import House
from tests.peers.scripted_smtp import DROP, Held, ScriptedSmtp
from tests.peers.sink import Sink

PETIT = "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example;2026-03-06;1200,00"
GARAGE = "FA-2026-0050;C2;Garage Leroy;compta@leroy.example;2026-02-27;80,00"


async def test_importing_again_changes_nothing(house: House):
    first = await house.invoices(PETIT, GARAGE)
    again = await house.invoices(PETIT, GARAGE)

    assert (first.new, first.same) == (2, 0)
    assert (again.new, again.changed, again.same) == (0, 0, 2)


async def test_one_mail_per_customer_is_queued_once(house: House):
    await house.invoices(PETIT, GARAGE, PETIT.replace("0042", "0043"))

    assert await house.plan() == 2
    assert await house.plan() == 0

    petit, garage = sorted(await house.outbox(), key=lambda m: m.customer)
    assert petit.invoices == ("FA-2026-0042", "FA-2026-0043")
    assert (petit.step, garage.step) == ("d+3", "d+10")
    assert {petit.state, garage.state} == {OutboxState.QUEUED}


async def test_the_stored_bytes_are_a_proper_mail(house: House):
    await house.invoices(PETIT)
    await house.plan()
    (mail,) = await house.outbox()

    message = email.message_from_bytes(await house.raw(mail), policy=policy.default)

    assert message["To"] == "anne@petit.example"
    assert message["From"] == "Claire Martin <compta@martin.example>"
    assert message["Message-ID"] == mail.message_id
    assert mail.message_id in message["References"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert house.setup.tokens.read_address(message["Reply-To"].addresses[0].addr_spec) == mail.id
    assert "[FA-2026-0042]" in message["Subject"]
    text = message.get_body(("plain",)).get_content()
    assert "1 200,00 €" in text.replace("\u202f", " ").replace("\xa0", " ")
    assert "732829320" in text.replace("\xa0", "").replace(" ", "")


async def test_the_exact_stored_bytes_leave_once(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    (mail,) = await house.outbox()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 1
        assert await house.send(sink.account()) == 0

        assert [e.sha256 for e in sink.accepted()] == [mail.raw]

    (sent,) = await house.outbox()
    assert sent.state is OutboxState.SENT
    assert (await house.account("C1")).reminders[0].sent_at is not None


async def test_nothing_leaves_while_the_mailbox_was_not_read(house: House):
    await house.invoices(PETIT)
    await house.plan()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 0
        await house.freshen()
        house.go_to(house.clock.now() + timedelta(minutes=11))
        assert await house.send(sink.account()) == 0
        house.go_to(house.clock.now() + timedelta(minutes=1))
        await house.freshen()
        assert await house.send(sink.account()) == 1


async def test_a_payment_cancels_the_queued_mail(house: House):
    await house.invoices(PETIT)
    await house.plan()

    await house.payments("FA-2026-0042;1200;2026-03-10")

    (mail,) = await house.outbox()
    assert mail.state is OutboxState.CANCELLED
    assert await house.plan() == 0


async def test_a_part_payment_writes_the_mail_anew(house: House):
    await house.invoices(PETIT)
    await house.plan()

    await house.payments("FA-2026-0042;200;2026-03-10")
    await house.plan()

    old, new = sorted(await house.outbox(), key=lambda m: m.id)
    assert (old.state, new.state) == (OutboxState.CANCELLED, OutboxState.QUEUED)
    assert new.balances == (("FA-2026-0042", 100000, "EUR"),)
    assert new.cycle == old.cycle + 1


async def test_a_hold_cancels_and_its_end_lets_the_sequence_go_on(house: House):
    await house.invoices(PETIT)
    await house.plan()
    until = house.clock.now() + timedelta(days=2)

    await house.change(
        lambda r: orders.hold("FA-2026-0042", until, "asked by phone", r, house.setup)
    )
    assert [m.state for m in await house.outbox()] == [OutboxState.CANCELLED]
    assert await house.plan() == 0

    house.pass_days(3)
    from mailagent.core.decisions import Cause, CauseKind
    from mailagent.flows.deadlines import pass_deadlines
    from mailagent.flows.records import Records

    async with house.db.transaction(house.setup.company.id) as tx:
        records = Records(tx, Cause(CauseKind.CLOCK, "test"), house.clock.now())
        assert await pass_deadlines(tx, house.setup, records) == 1
    assert await house.plan() == 1


async def test_shadow_sends_nothing_and_its_rehearsal_is_dropped_later(house: House):
    house.setup = replace(house.setup, company=replace(house.setup.company, mode=Mode.SHADOW))
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 0
        assert sink.log == []
    (mail,) = await house.outbox()
    assert (mail.state, mail.reason) == (OutboxState.HELD, SHADOW)

    house.setup = replace(house.setup, company=replace(house.setup.company, mode=Mode.AUTOMATIC))
    assert await leave_shadow(house.setup, house.db, house.clock.now()) == 1
    assert await house.plan() == 1


async def test_assisted_waits_for_approval_and_is_written_with_the_day_of_approval(house: House):
    house.setup = replace(house.setup, company=replace(house.setup.company, mode=Mode.ASSISTED))
    await house.invoices(PETIT)
    await house.plan()
    (mail,) = await house.outbox()
    assert (mail.state, mail.reason) == (OutboxState.HELD, APPROVAL)

    house.pass_days(1)
    await house.change(lambda r: approve(mail.id, r, house.setup))
    await house.freshen()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 1
        (raw,) = sink.mails.values()
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["Date"].datetime.date() == house.clock.now().date()
    assert message["Message-ID"] == mail.message_id


async def test_an_unknown_address_is_suppressed_and_the_customer_rests(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()

    async with Sink() as sink:
        sink.at_rcpt["anne@petit.example"] = "550 5.1.1 no such user"
        assert await house.send(sink.account()) == 0

    (mail,) = await house.outbox()
    account = await house.account("C1")
    assert mail.state is OutboxState.REFUSED
    assert account.customer.recipient() is None
    assert [h.reason for h in account.holds] == [HoldReason.BOUNCED]
    assert await house.plan() == 0


async def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    (mail,) = await house.outbox()

    async with Sink() as sink:
        sink.at_dot["anne@petit.example"] = "451 4.3.0 try again"
        assert await house.send(sink.account()) == 0
        (deferred,) = await house.outbox()
        assert deferred.state is OutboxState.DEFERRED
        assert await house.send(sink.account()) == 0  # not before its time

        sink.at_dot.clear()
        house.go_to(deferred.next_attempt_at)
        await house.freshen()
        assert await house.send(sink.account()) == 1
        assert [e.sha256 for e in sink.accepted()] == [mail.raw]


async def test_a_lost_answer_leaves_the_mail_in_doubt_and_is_never_sent_again(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()

    async with ScriptedSmtp(dot=[DROP]) as server:
        assert await house.send(server.account()) == 0
    (mail,) = await house.outbox()
    assert mail.state is OutboxState.UNKNOWN

    async with Sink() as sink:
        house.pass_days(1)
        await house.freshen()
        assert await house.plan() == 0
        assert await house.send(sink.account()) == 0
        assert sink.log == []


async def test_a_crash_in_transmission_leaves_the_mail_in_doubt(house: House):
    await house.invoices(PETIT)
    await house.plan()
    async with house.db.transaction(house.setup.company.id) as tx:
        (mail,) = await tx.outbox.claim(
            "dead", 0, house.clock.now(), house.clock.now() + timedelta(minutes=5), 1
        )
        assert await tx.outbox.begin_transmission((mail.id,), 0, house.clock.now())

    await recover(house.setup, house.db, house.lease, house.clock.now())

    assert [m.state for m in await house.outbox()] == [OutboxState.UNKNOWN]


async def test_an_unusual_run_stops_and_asks_and_a_person_lets_it_go_on(house: House):
    policy_ = Policy(unusual_minimum=2)
    house.setup = replace(house.setup, company=replace(house.setup.company, policy=policy_))
    await house.invoices(
        *(f"FA-{i};C{i};Client {i};c{i}@client.example;2026-03-06;100" for i in range(5))
    )
    await house.plan()
    await house.freshen()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 0
        async with house.db.snapshot(house.setup.company.id) as tx:
            assert await tx.switches.state() is not None
            assert [r.kind for r in await tx.reviews.list_open()] == ["brake"]

        await house.change(lambda r: orders.resume_sending(r, house.setup))
        assert await house.send(sink.account()) == 5


async def test_the_daily_ceiling_leaves_the_rest_for_tomorrow(house: House):
    policy_ = Policy(daily_ceiling=3, unusual_minimum=100)
    house.setup = replace(house.setup, company=replace(house.setup.company, policy=policy_))
    await house.invoices(
        *(f"FA-{i};C{i};Client {i};c{i}@client.example;2026-03-06;100" for i in range(5))
    )
    await house.plan()
    await house.freshen()

    async with Sink() as sink:
        assert await house.send(sink.account()) == 3
        house.pass_days(1)
        await house.freshen()
        assert await house.send(sink.account()) == 0  # yesterday's mails are written anew
        assert await house.plan() == 2
        assert await house.send(sink.account()) == 2
        assert len({e.recipient for e in sink.accepted()}) == 5


async def test_pause_stops_everything(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    await house.change(lambda r: orders.pause_sending("holiday", r, house.setup))

    async with Sink() as sink:
        assert await house.send(sink.account()) == 0
        await house.change(lambda r: orders.resume_sending(r, house.setup))
        assert await house.send(sink.account()) == 1


async def test_a_mail_that_cannot_be_written_goes_to_a_person_and_stops_nobody_else(house: House):
    await house.invoices(PETIT, GARAGE)
    unwritable = Customer(
        "martin", "C1", "Boulangerie Petit", contacts=(Contact("été@petit.example"),)
    )
    await house.change(lambda r: r.customer(unwritable))

    assert await house.plan() == 1

    assert [m.customer for m in await house.outbox()] == ["C2"]
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert [r.kind for r in await tx.reviews.list_open()] == ["template"]


async def test_a_mail_that_names_an_invoice_of_another_customer_is_held(house: House, tmp_path):
    wrong = tmp_path / "fr" / "first_reminder"
    wrong.mkdir(parents=True)
    (wrong / "body.txt").write_text("Bonjour, votre facture FA-2026-0050 est échue.")
    house.setup = replace(house.setup, templates=Templates(tmp_path))
    await house.invoices(PETIT, GARAGE)

    await house.plan()

    held = next(m for m in await house.outbox() if m.customer == "C1")
    assert held.state is OutboxState.HELD
    assert "FA-2026-0050" in held.reason


async def test_a_mail_that_the_guard_cannot_look_at_is_held_and_stops_no_other(
    house: House, monkeypatch
):
    def looks(rendered, context, *rest):
        if context.customer_ref == "C1":
            raise ValueError("strange")
        return check_outgoing(rendered, context, *rest)

    monkeypatch.setattr(leaks, "check_outgoing", looks)
    await house.invoices(PETIT, GARAGE)

    assert await house.plan() == 2

    petit, garage = sorted(await house.outbox(), key=lambda m: m.customer)
    assert (petit.state, garage.state) == (OutboxState.HELD, OutboxState.QUEUED)
    assert "strange" in petit.reason


async def test_a_mail_that_waits_for_approval_gives_way_to_a_later_step(house: House):
    house.setup = replace(house.setup, company=replace(house.setup.company, mode=Mode.ASSISTED))
    await house.invoices(PETIT)
    await house.plan()
    house.pass_days(1)
    assert await renew_held(house.setup, house.db, house.clock.now(), None) == 0

    house.pass_days(7)
    assert await renew_held(house.setup, house.db, house.clock.now(), None) == 1
    assert await house.plan() == 1

    assert [m.step for m in await house.outbox(OutboxState.HELD)] == ["d+10"]


async def test_a_late_250_is_waited_for(house: House):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    late = Held("250 2.0.0 Ok: after a slow content filter")

    async with ScriptedSmtp(dot=[late]) as server:
        sending = asyncio.create_task(house.send(server.account()))
        await server.reached("dot")
        assert [m.state for m in await house.outbox()] == [OutboxState.TRANSMITTING]
        house.go_to(house.clock.now() + timedelta(minutes=9))
        late.released.set()
        assert await sending == 1

    assert [m.state for m in await house.outbox()] == [OutboxState.SENT]


async def test_a_server_that_takes_only_some_gets_the_old_and_the_new_later(house: House):
    await house.invoices(
        *(f"FA-{i};C{i};Client {i};c{i}@client.example;2026-03-06;100" for i in range(6))
    )
    await house.plan()
    await house.freshen()

    async with Sink() as sink:
        for i in range(3, 6):
            sink.at_rcpt[f"c{i}@client.example"] = "452 4.5.3 too many for this minute"
        assert await house.send(sink.account()) == 3
        deferred = await house.outbox(OutboxState.DEFERRED)
        assert len(deferred) == 3

        sink.at_rcpt.clear()
        await house.invoices("FA-9;C9;Client 9;c9@client.example;2026-03-06;100")
        await house.plan()
        house.go_to(max(m.next_attempt_at for m in deferred))
        await house.freshen()
        assert await house.send(sink.account()) == 4
        assert len({e.recipient for e in sink.accepted()}) == 7
