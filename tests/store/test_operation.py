"""Reviews, switches and the journal as stored."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.journal import verify
from mailagent.store.database import Database
from tests.store.make import NOW, undone

CLOCK = Cause(CauseKind.CLOCK, "due")


async def test_the_same_question_is_open_once(database: Database) -> None:
    async with database.transaction("acme") as tx:
        asked = await tx.reviews.open("mail", "C1", ("FA-1", "FA-2"), "Paid?", "he says so", NOW)
        again = await tx.reviews.open("mail", "C1", ("FA-2", "FA-1"), "Paid?", "twice", NOW)
        other = await tx.reviews.open("mail", None, (), "Paid?", "", NOW)
        assert again == asked != other
        assert await tx.reviews.count() == 2
        first, second = await tx.reviews.list_open()
        assert (first.id, first.kind, first.customer) == (asked, "mail", "C1")
        assert (first.invoices, first.evidence) == (("FA-1", "FA-2"), "he says so")
        assert first.opened_at == NOW
        assert (second.customer, second.invoices) == (None, ())


async def test_an_answered_question_may_be_asked_again(database: Database) -> None:
    async with database.transaction("acme") as tx:
        asked = await tx.reviews.open("mail", "C1", (), "Paid?", "", NOW)
        assert await tx.reviews.close(asked, "claire", NOW) is True
        assert await tx.reviews.close(asked, "claire", NOW) is False
        assert await tx.reviews.list_open() == ()
        assert await tx.reviews.count() == 0
        assert await tx.reviews.open("mail", "C1", (), "Paid?", "", NOW) != asked


async def test_a_company_is_paused_until_it_is_resumed(database: Database) -> None:
    async with database.transaction("acme") as tx:
        assert await tx.switches.state() is None
        assert await tx.switches.resume() is False
        assert await tx.switches.pause("unusual run", "brake", NOW) is True
        assert await tx.switches.pause("again", "claire", NOW) is False
        state = await tx.switches.state()
        assert state is not None
        assert (state.reason, state.since, state.by) == ("unusual run", NOW, "brake")
    async with database.transaction("other") as tx:
        assert await tx.switches.state() is None
    async with database.transaction("acme") as tx:
        assert await tx.switches.resume() is True
        assert await tx.switches.state() is None


async def test_the_journal_reads_back_as_a_whole_chain(database: Database) -> None:
    said = {"invoice": "FA-1", "balances": (("FA-1", 1),), "nested": {"é": None, "half \ud83d": 1}}
    async with database.transaction("acme") as tx:
        first = await tx.journal.append("invoice.new", "FA-1", said, CLOCK, NOW)
        second = await tx.journal.append("hold.placed", "C1", {}, CLOCK, NOW)
    async with database.transaction("acme") as tx:
        odd = Cause(CauseKind.SERVER, "nul \0 half \ud83d")
        third = await tx.journal.append("mail.sent", "FA-1", {}, odd, NOW - timedelta(hours=1))
    async with database.snapshot("acme") as tx:
        assert await tx.journal.entries(0, 10) == (first, second, third)
        assert await tx.journal.entries(1, 1) == (second,)
        assert await tx.journal.for_subject("FA-1") == (first, third)
        assert await tx.journal.last_at() == NOW - timedelta(hours=1)
    async with database.snapshot("other") as tx:
        assert await tx.journal.last_at() is None
    assert [entry.seq for entry in (first, second, third)] == [1, 2, 3]
    assert verify((first, second, third)) is None


async def test_each_company_has_its_own_chain(database: Database) -> None:
    for company in ("acme", "other"):
        async with database.transaction(company) as tx:
            assert (await tx.journal.append("start", company, {}, CLOCK, NOW)).seq == 1


async def test_a_rollback_leaves_no_gap(database: Database) -> None:
    async with undone(database) as tx:
        await tx.journal.append("lost", "", {}, CLOCK, NOW)
    async with database.transaction("acme") as tx:
        assert (await tx.journal.append("kept", "", {}, CLOCK, NOW)).seq == 1


async def test_a_change_by_hand_is_found(database: Database) -> None:
    async with database.transaction("acme") as tx:
        for number in range(3):
            await tx.journal.append("counted", "", {"number": number}, CLOCK, NOW)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE journal SET data = '{}' WHERE seq = 2"))
    async with database.snapshot("acme") as tx:
        found = verify(await tx.journal.entries(0, 10))
    assert found is not None
    assert found.what == "entry 2"


async def test_no_other_cause(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await tx.journal.append("start", "", {}, CLOCK, NOW)
    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(text("UPDATE journal SET cause_kind = 'magic'"))
