from datetime import date, timedelta

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from mailagent.core.customer import Account, Promise, PromiseState, Reminder
from mailagent.core.hold import Hold, HoldReason
from mailagent.core.sequence import Channel
from mailagent.store.database import Database
from mailagent.store.reminders import Queued
from tests.store.make import NOW, make_customer, make_invoice, make_mail, one_customer, queue

DAY = date(2026, 3, 2)
HOUR = timedelta(hours=1)


async def test_an_account_is_everything_about_a_customer(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.payments.record("FA-2", 2_000, "EUR", DAY, "", "k")
        hold = await tx.holds.place("C1", "FA-1", HoldReason.DISPUTE, NOW, None, "no", "digest")
        promise = await tx.promises.record("C1", "FA-2", DAY, 500, NOW, "soon")
        (mail,) = await queue(tx, make_mail())
        both, one = ("FA-2", "FA-1"), [("FA-2", "d+3")]
        await tx.reminders.add_all([Queued("C1", "d+3", 0, Channel.EMAIL, both, one, mail)], DAY)
        await tx.reminders.mark_all_sent([("C1", "d+3", 0)], NOW)
        account = await tx.accounts.load("C1")
    assert account == Account(
        customer=make_customer(),
        invoices=(make_invoice("FA-1"), make_invoice("FA-2", due_on=date(2026, 2, 28), paid=2_000)),
        holds=(Hold(hold, "C1", "FA-1", HoldReason.DISPUTE, NOW, None, "no", "digest"),),
        promises=(Promise(promise, "FA-2", DAY, 500, NOW, customer="C1"),),
        reminders=(
            Reminder("d+3", 0, ("FA-2", "FA-1"), (("FA-2", "d+3"),), DAY, live=True, sent_at=NOW),
        ),
    )


async def test_unknown_customers_have_no_account(database: Database) -> None:
    async with database.snapshot("acme") as tx:
        assert await tx.accounts.load("C1") is None
        assert await tx.accounts.load_many([]) == {}


async def test_many_accounts_take_as_many_queries_as_one(database: Database) -> None:
    statements: list[str] = []
    refs = [f"C{number}" for number in range(20)]
    async with database.transaction("acme") as tx:
        for ref in refs:
            await tx.customers.upsert(make_customer(ref))
            await tx.invoices.upsert(make_invoice(f"FA-{ref}", ref))

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database._reader.sync_engine, "before_cursor_execute", note)
    async with database.snapshot("acme") as tx:
        accounts = await tx.accounts.load_many(refs)
    assert {ref: a.invoices[0].customer for ref, a in accounts.items()} == {r: r for r in refs}
    assert sum(statement.startswith("SELECT") for statement in statements) == 7


async def test_holds_begin_and_end(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        whole = await tx.holds.place("C1", None, HoldReason.REPLY, NOW, NOW + HOUR, "he wrote")
        later = await tx.holds.place("C1", None, HoldReason.PROMISE, NOW + HOUR, None, "will pay")
        # one placed "later" was placed before the clock was set back: it holds
        assert [hold.id for hold in await tx.holds.active("C1", NOW)] == [whole, later]
        assert [hold.id for hold in await tx.holds.active("C1", NOW + HOUR)] == [later]
        assert await tx.holds.active("C2", NOW) == ()
        assert await tx.holds.lift(later, NOW) is True
        assert await tx.holds.lift(later, NOW) is False
        assert await tx.holds.lift(99, NOW) is False
        assert await tx.holds.active("C1", NOW + HOUR) == ()


async def test_a_hold_that_ran_out_is_told_once(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        short = await tx.holds.place("C1", "FA-1", HoldReason.REPLY, NOW, NOW + HOUR, "")
        await tx.holds.place("C1", None, HoldReason.REPLY, NOW, NOW + 3 * HOUR, "")
        await tx.holds.place("C1", None, HoldReason.DISPUTE, NOW, None, "")
        lifted = await tx.holds.place("C1", None, HoldReason.REPLY, NOW, NOW + HOUR, "")
        await tx.holds.lift(lifted, NOW)
        assert await tx.holds.expiring(NOW) == ()
        (hold,) = await tx.holds.expiring(NOW + 2 * HOUR)
        assert (hold.id, hold.invoice, hold.lifted_at) == (short, "FA-1", NOW + HOUR)
        assert await tx.holds.expiring(NOW + 2 * HOUR) == ()


async def test_a_newer_promise_takes_the_place_of_the_older(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        first = await tx.promises.record("C1", "FA-1", DAY, None, NOW, "tomorrow")
        other = await tx.promises.record("C1", "FA-2", DAY, None, NOW, "tomorrow")
        second = await tx.promises.record("C1", "FA-1", DAY + timedelta(7), None, NOW, "next week")
        account = await tx.accounts.load("C1")
        assert account is not None
        assert {p.id: p.state for p in account.promises} == {
            first: PromiseState.REPLACED,
            other: PromiseState.OPEN,
            second: PromiseState.OPEN,
        }
        assert await tx.promises.open_due(DAY) == ()
        due = await tx.promises.open_due(DAY + timedelta(1))
        assert [(p.id, p.customer, p.invoice) for p in due] == [(other, "C1", "FA-2")]
        assert await tx.promises.set_state(other, PromiseState.BROKEN) is True
        assert await tx.promises.set_state(99, PromiseState.BROKEN) is False
        assert await tx.promises.open_due(DAY + timedelta(1)) == ()


async def test_an_invoice_reaches_a_step_once_while_the_reminder_lives(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.reminders.add_all(
            [Queued("C1", "d+3", 0, Channel.EMAIL, ("FA-1",), [("FA-1", "d+3")])], DAY
        )
    again = [("FA-1", "d+3")]
    with pytest.raises(IntegrityError):
        async with database.transaction("acme") as tx:
            await tx.reminders.add_all(
                [Queued("C1", "d+10", 0, Channel.EMAIL, ("FA-1", "FA-2"), again)], DAY
            )
    async with database.transaction("acme") as tx:
        await tx.reminders.set_live("C1", "d+3", 0, live=False)
        await tx.reminders.add_all(
            [Queued("C1", "d+3", 1, Channel.CALL, ("FA-1",), [("FA-1", "d+3")])], DAY
        )
        account = await tx.accounts.load("C1")
        assert account is not None
        assert [(r.step, r.cycle, r.live, r.channel) for r in account.reminders] == [
            ("d+3", 0, False, "email"),
            ("d+3", 1, True, "call"),
        ]
    with pytest.raises(IntegrityError):
        async with database.transaction("acme") as tx:
            await tx.reminders.set_live("C1", "d+3", 0, live=True)


async def test_an_invoice_listed_without_moving_may_be_listed_again(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        for step in ("d+3", "d+10"):
            await tx.reminders.add_all([Queued("C1", step, 0, Channel.EMAIL, ("FA-1",), [])], DAY)
        account = await tx.accounts.load("C1")
    assert account is not None
    assert [reminder.advanced for reminder in account.reminders] == [(), ()]


@pytest.mark.parametrize(
    "advanced", [[("FA-9", "d+3")], [("FA-1", "d+3"), ("FA-1", "d+10")]], ids=["absent", "twice"]
)
async def test_only_invoices_in_the_mail_advance_each_once(
    database: Database, advanced: list[tuple[str, str]]
) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        with pytest.raises(ValueError, match="advances once"):
            await tx.reminders.add_all(
                [Queued("C1", "d+3", 0, Channel.EMAIL, ("FA-1",), advanced)], DAY
            )


CLOSED_SETS = [
    "UPDATE invoices SET books = 'paid'",
    "UPDATE holds SET reason = 'because'",
    "UPDATE promises SET state = 'maybe'",
    "UPDATE reminders SET channel = 'pigeon'",
    "UPDATE reminders SET cycle = -1",
    "UPDATE outbox SET state = 'lost'",
    "UPDATE contents SET kind = 'other'",
]


@pytest.mark.parametrize("statement", CLOSED_SETS)
async def test_no_word_outside_the_closed_sets(database: Database, statement: str) -> None:
    async with database.transaction("acme") as tx:
        await one_customer(tx)
        await tx.holds.place("C1", None, HoldReason.REPLY, NOW, None, "")
        await tx.promises.record("C1", "FA-1", DAY, None, NOW, "")
        await queue(tx, make_mail())
        await tx.reminders.add_all([Queued("C1", "d+3", 0, Channel.EMAIL, (), [])], DAY)
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(text(statement))
