import asyncio
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from mailagent.core.delivery import Delivery, Outcome, Phase, Result
from mailagent.core.outbox import TRANSITIONS, OutboxMail, OutboxState
from mailagent.errors import InvalidTransition, LeaseLost
from mailagent.store.database import Database
from mailagent.store.outbox import Outbox
from mailagent.store.transaction import Transaction
from tests.store.make import NOW, make_mail, queue, undone

S = OutboxState
MINUTE = timedelta(minutes=1)
LEASE_END = NOW + 10 * MINUTE
ACCEPTED = Outcome(Result.ACCEPTED, Phase.DATA, 250, "2.0.0", "queued as 7")
SENT = Delivery(S.SENT, "")


async def in_state(tx: Transaction, state: OutboxState) -> OutboxMail:
    """A mail brought to a state by the moves that lead there."""
    held = state is S.HELD
    (mail,) = await queue(tx, make_mail(state=S.HELD if held else S.QUEUED))
    if state is S.CANCELLED:
        return await tx.outbox.cancel(mail, "paid")
    if state not in {S.HELD, S.QUEUED}:
        await tx.outbox.claim("me", 3, NOW, LEASE_END, 10)
    if state in {S.TRANSMITTING, S.SENT, S.REFUSED, S.DEFERRED, S.UNKNOWN}:
        assert await tx.outbox.begin_transmission((mail,), 3, NOW)
    if state in {S.SENT, S.REFUSED, S.DEFERRED, S.UNKNOWN}:
        await tx.outbox.record(mail, 3, Delivery(state, "", NOW), ACCEPTED, NOW)
    found = await tx.outbox.get(mail)
    assert found is not None
    assert found.state is state
    return found


async def test_a_mail_comes_back_as_it_was_put_in(database: Database) -> None:
    mail = make_mail(balances=(("FA-1", 12_000, "EUR"), ("FA-2", -5, "EUR")), subject="Été")
    async with database.transaction("acme") as tx:
        expected = await tx.outbox.next_id()
        (made,) = await queue(tx, mail)
        assert made == expected == 1
        assert await tx.outbox.get(made) == replace(mail, id=made)
        assert await tx.outbox.get(99) is None
        assert await tx.outbox.next_id() == 2


async def test_ids_count_up_per_company(database: Database) -> None:
    for company in ("acme", "other"):
        async with database.transaction(company) as tx:
            assert await queue(tx, make_mail(company=company), make_mail("d+10")) == [1, 2]


async def test_the_same_reminder_is_not_queued_twice(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await queue(tx, make_mail())
    same = (
        make_mail(message_id="<other@acme.example>"),
        make_mail("d+10", message_id=make_mail().message_id),
    )
    for mail in same:
        with pytest.raises(IntegrityError):
            async with database.transaction("acme") as tx:
                await queue(tx, make_mail(cycle=1), mail)
    async with database.transaction("acme") as tx:
        assert await queue(tx, make_mail(cycle=1)) == [2]


async def test_the_bytes_are_stored_before_the_mail(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.transaction("acme") as tx:
            await tx.outbox.add_all((make_mail(raw="0" * 64, id=1),))


async def test_mails_are_found_by_id_and_message_id(database: Database) -> None:
    async with database.transaction("acme") as tx:
        ids = await queue(tx, make_mail(), make_mail("d+10"), make_mail("d+20"))
        found = await tx.outbox.by_ids([ids[2], ids[0], 99])
        assert [mail.id for mail in found] == [ids[0], ids[2]]
        found = await tx.outbox.by_message_ids(["<d+10-0-C1@acme.example>", "<x@y>"])
        assert [mail.id for mail in found] == [ids[1]]
    async with database.snapshot("other") as tx:
        assert await tx.outbox.by_message_ids(["<d+10-0-C1@acme.example>"]) == ()


async def test_a_claim_takes_what_is_due_the_longest_waiting_first(database: Database) -> None:
    async with database.transaction("acme") as tx:
        late, now, soon, later = await queue(
            tx,
            make_mail("a", next_attempt_at=NOW - MINUTE),
            make_mail("b"),
            make_mail("c", next_attempt_at=NOW + MINUTE),
            make_mail("d", next_attempt_at=NOW - 2 * MINUTE),
        )
        await tx.outbox.hold(later, "approval")
        claimed = await tx.outbox.claim("me", 7, NOW, LEASE_END, 10)
        assert [mail.id for mail in claimed] == [late, now]
        for mail in claimed:
            assert (mail.state, mail.claimed_by, mail.fence) == (S.CLAIMED, "me", 7)
            assert mail.lease_until == LEASE_END
        assert await tx.outbox.claim("me", 7, NOW, LEASE_END, 10) == ()
        assert [m.id for m in await tx.outbox.claim("me", 7, NOW + MINUTE, LEASE_END, 1)] == [soon]
    async with database.transaction("other") as tx:
        assert await tx.outbox.claim("me", 7, NOW, LEASE_END, 10) == ()


async def test_six_workers_claim_every_mail_once(database: Database, url: str) -> None:
    async with database.transaction("acme") as tx:
        ids = await queue(tx, *(make_mail(f"s{number}") for number in range(60)))

    async def work(one: Database, owner: str) -> list[int]:
        taken: list[int] = []
        while True:
            async with one.transaction("acme") as tx:
                claimed = await tx.outbox.claim(owner, 1, NOW, LEASE_END, 4)
            if not claimed:
                return taken
            taken += [mail.id for mail in claimed]

    async with Database(url) as second:
        workers = [work((database, second)[n % 2], f"worker {n}") for n in range(6)]
        taken = await asyncio.gather(*workers)
    assert sorted(mail for part in taken for mail in part) == ids


async def test_transmission_begins_only_for_the_fence_that_claimed(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.CLAIMED)
        assert await tx.outbox.begin_transmission((mail.id,), 2, NOW) == frozenset()
        assert await tx.outbox.begin_transmission((mail.id,), 3, NOW) == {mail.id}
        assert await tx.outbox.begin_transmission((mail.id,), 3, NOW) == frozenset()
        begun = await tx.outbox.get(mail.id)
        assert begun is not None
        assert (begun.state, begun.attempts, begun.first_attempt_at) == (S.TRANSMITTING, 1, NOW)


async def test_the_servers_last_words_are_kept(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.TRANSMITTING)
        sent = await tx.outbox.record(mail.id, 3, SENT, ACCEPTED, NOW + MINUTE)
        assert sent == await tx.outbox.get(mail.id)
        assert (sent.state, sent.sent_at, sent.attempts) == (S.SENT, NOW + MINUTE, 1)
        assert sent.reply == "250 2.0.0 queued as 7"
        assert (sent.claimed_by, sent.lease_until) == ("", None)


async def test_a_refusal_before_data_counts_as_an_attempt(database: Database) -> None:
    busy = Outcome(Result.DEFERRED, Phase.RCPT, 451, "", "later")
    again = Delivery(S.DEFERRED, "greylisted", NOW + MINUTE)
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.CLAIMED)
        deferred = await tx.outbox.record(mail.id, 3, again, busy, NOW)
        assert (deferred.state, deferred.attempts, deferred.reason) == (S.DEFERRED, 1, "greylisted")
        assert (deferred.first_attempt_at, deferred.next_attempt_at) == (NOW, NOW + MINUTE)
        assert deferred.reply == "451 later"
        assert await tx.outbox.claim("me", 4, NOW, LEASE_END, 1) == ()
        (claimed,) = await tx.outbox.claim("me", 4, NOW + MINUTE, LEASE_END, 1)
        assert await tx.outbox.begin_transmission((claimed.id,), 4, NOW + MINUTE)
        sent = await tx.outbox.record(claimed.id, 4, SENT, ACCEPTED, NOW + MINUTE)
        assert (sent.attempts, sent.first_attempt_at) == (2, NOW)


async def test_a_sender_that_lost_the_mail_cannot_record(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.TRANSMITTING)
        with pytest.raises(LeaseLost):
            await tx.outbox.record(mail.id, 2, SENT, ACCEPTED, NOW)


async def test_of_several_outcomes_all_are_recorded_or_none(database: Database) -> None:
    async with database.transaction("acme") as tx:
        ours, theirs = await queue(tx, make_mail(), make_mail("d+10"))
        await tx.outbox.claim("me", 3, NOW, LEASE_END, 1)
        await tx.outbox.claim("another", 4, NOW, LEASE_END, 1)
        assert await tx.outbox.begin_transmission((ours,), 3, NOW)
        assert await tx.outbox.begin_transmission((theirs,), 4, NOW)
    both = [(mail, SENT, ACCEPTED) for mail in (ours, theirs)]
    with pytest.raises(LeaseLost, match=str(theirs)):
        async with database.transaction("acme") as tx:
            await tx.outbox.record_all(both, 3, NOW)
    twice = [(ours, SENT, ACCEPTED)] * 2
    with pytest.raises(InvalidTransition):
        async with database.transaction("acme") as tx:
            await tx.outbox.record_all(twice, 3, NOW)
    async with database.transaction("acme") as tx:
        assert {m.state for m in await tx.outbox.by_ids((ours, theirs))} == {S.TRANSMITTING}


async def test_each_outcome_keeps_its_own_words(database: Database) -> None:
    busy = Outcome(Result.DEFERRED, Phase.DATA, 451, "", "later")
    again = Delivery(S.DEFERRED, "greylisted", NOW + MINUTE)
    async with database.transaction("acme") as tx:
        ids = await queue(tx, *(make_mail(step) for step in "abc"))
        await tx.outbox.claim("me", 3, NOW, LEASE_END, 3)
        await tx.outbox.begin_transmission(ids, 3, NOW)
        first, second, third = ids
        others = replace(ACCEPTED, text="queued as 8")
        results = [(first, SENT, ACCEPTED), (second, again, busy), (third, SENT, others)]
        await tx.outbox.record_all(results, 3, NOW)
        sent, deferred, also = await tx.outbox.by_ids(ids)
    assert (sent.state, sent.reply, sent.sent_at) == (S.SENT, "250 2.0.0 queued as 7", NOW)
    assert (also.state, also.reply) == (S.SENT, "250 2.0.0 queued as 8")
    assert (deferred.state, deferred.reply, deferred.sent_at) == (S.DEFERRED, "451 later", None)
    assert (deferred.reason, deferred.next_attempt_at) == ("greylisted", NOW + MINUTE)


async def test_after_a_start_claims_are_free_and_transmissions_in_doubt(
    database: Database,
) -> None:
    async with database.transaction("acme") as tx:
        await queue(tx, *(make_mail(step) for step in "abcd"))
        (ran_out,) = await tx.outbox.claim("old", 3, NOW, NOW, 1)
        (sending,) = await tx.outbox.claim("old", 3, NOW, LEASE_END, 1)
        await tx.outbox.begin_transmission((sending.id,), 3, NOW)
        (ours,) = await tx.outbox.claim("new", 4, NOW, LEASE_END, 1)
        (our_sending,) = await tx.outbox.claim("new", 4, NOW, LEASE_END, 1)
        await tx.outbox.begin_transmission((our_sending.id,), 4, NOW)
        changed = await tx.outbox.recover(NOW, 4)
        assert [(mail.id, mail.state) for mail in changed] == [
            (ran_out.id, S.QUEUED),
            (sending.id, S.UNKNOWN),
        ]
        assert all(mail.reason and not mail.claimed_by for mail in changed)
        assert await tx.outbox.recover(NOW, 4) == ()
        untouched = await tx.outbox.by_ids([ours.id, our_sending.id])
        assert [mail.state for mail in untouched] == [S.CLAIMED, S.TRANSMITTING]


async def test_a_sender_that_comes_back_may_still_say_that_it_was_sent(database: Database) -> None:
    """Frozen after the final dot: the mail was put in doubt, and then its answer is known after all."""
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.TRANSMITTING)
        await tx.outbox.recover(NOW, 4)
        sent = await tx.outbox.record(mail.id, 3, SENT, ACCEPTED, NOW)
        assert sent.state is S.SENT


async def test_evidence_needs_no_fence(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.UNKNOWN)
        sent = await tx.outbox.record(mail.id, None, Delivery(S.SENT, "bounced"), None, NOW)
        assert (sent.state, sent.reason, sent.reply) == (S.SENT, "bounced", mail.reply)


async def test_release_hold_and_approve(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.CLAIMED)
        released = await tx.outbox.release(mail.id, "window closed", NOW + MINUTE)
        assert (released.state, released.reason) == (S.QUEUED, "window closed")
        assert (released.attempts, released.next_attempt_at) == (0, NOW + MINUTE)
        held = await tx.outbox.hold(mail.id, "unusual run")
        assert (held.state, held.reason) == (S.HELD, "unusual run")
        approved = await tx.outbox.approve(mail.id, NOW)
        assert (approved.state, approved.reason, approved.next_attempt_at) == (S.QUEUED, "", NOW)


@pytest.mark.parametrize("start", list(OutboxState))
async def test_only_the_moves_of_the_table_are_possible(
    database: Database, start: OutboxState
) -> None:
    async with database.transaction("acme") as tx:
        mail = (await in_state(tx, start)).id
    moves = {
        S.QUEUED: lambda tx: tx.outbox.release(mail, "", NOW),
        S.HELD: lambda tx: tx.outbox.hold(mail, ""),
        S.CANCELLED: lambda tx: tx.outbox.cancel(mail, ""),
        **{
            to: lambda tx, to=to: tx.outbox.record(mail, None, Delivery(to, ""), None, NOW)
            for to in (S.SENT, S.DEFERRED, S.REFUSED, S.UNKNOWN)
        },
    }
    for to, move in moves.items():
        async with undone(database) as tx:
            if to in TRANSITIONS[start]:
                assert (await move(tx)).state is to
                continue
            with pytest.raises(InvalidTransition) as refused:
                await move(tx)
            found = refused.value
            assert (found.mail, found.found, found.wanted) == (mail, start, to)


async def test_a_mail_that_is_not_there_cannot_move(database: Database) -> None:
    async with database.transaction("acme") as tx:
        with pytest.raises(InvalidTransition, match="not there"):
            await tx.outbox.cancel(5, "")


async def test_counts_and_lists(database: Database) -> None:
    async with database.transaction("acme") as tx:
        first, second, held = await queue(
            tx,
            make_mail("a", next_attempt_at=NOW + MINUTE),
            make_mail("b"),
            make_mail("c", state=S.HELD),
        )
        counts = await tx.outbox.counts()
        assert (counts[S.QUEUED], counts[S.HELD], counts[S.SENT]) == (2, 1, 0)
        assert await tx.outbox.to_send() == 2
        assert [m.id for m in await tx.outbox.list([S.QUEUED], 10)] == [second, first]
        assert [m.id for m in await tx.outbox.list([S.HELD, S.SENT], 10)] == [held]
        assert len(await tx.outbox.list(list(OutboxState), 2)) == 2


async def test_what_was_sent_is_counted_and_filed(database: Database) -> None:
    async with database.transaction("acme") as tx:
        ids = await queue(
            tx,
            make_mail("a", planned_for=date(2026, 2, 27)),
            make_mail("b"),
            make_mail("c"),
            make_mail("d"),
        )
        for mail in await tx.outbox.claim("me", 1, NOW, LEASE_END, 3):
            await tx.outbox.begin_transmission((mail.id,), 1, NOW)
            await tx.outbox.record(mail.id, 1, SENT, ACCEPTED, NOW)
        assert await tx.outbox.sent_since(NOW) == 3
        assert await tx.outbox.sent_since(NOW + MINUTE) == 0
        assert await tx.outbox.sent_per_day(date(2026, 2, 1)) == {
            date(2026, 2, 27): 1,
            date(2026, 3, 2): 2,
        }
        assert await tx.outbox.sent_per_day(date(2026, 3, 1)) == {date(2026, 3, 2): 2}
        assert [mail.id for mail in await tx.outbox.unfiled(2)] == ids[:2]
        await tx.outbox.set_filed(ids[0])
        assert [mail.id for mail in await tx.outbox.unfiled(10)] == ids[1:3]


async def test_what_is_counted_at_every_claim_costs_no_more_after_years(database: Database) -> None:
    asked: list[tuple[str, Any]] = []
    years = [NOW - n * timedelta(hours=1) for n in range(20_000)]
    async with database.transaction("acme") as tx:
        await queue(
            tx,
            *(
                make_mail(cycle=n, state=S.SENT, sent_at=at, planned_for=at.date())
                for n, at in enumerate(years)
            ),
        )
    async with database.writing() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if not on_sqlite:  # PostgreSQL does so by itself, but later
            await connection.execute(text("ANALYZE outbox"))

        @event.listens_for(connection.sync_connection, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
            asked.append((statement, given))

        mails = Outbox(connection, "acme")
        assert await mails.to_send() == 0
        assert await mails.sent_since(NOW - MINUTE) == 1
        assert sum((await mails.sent_per_day(date(2026, 3, 1))).values()) == 34
        explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
        plans = [
            "\n".join(
                row[-1] for row in await connection.exec_driver_sql(f"{explain} {statement}", given)
            )
            for statement, given in asked[:3]
        ]
    for plan, column in zip(plans, ("state", "sent_at", "sent_at"), strict=True):
        assert re.search(rf"(SEARCH|Index Cond).* AND \(*{column}", plan), plan


async def test_mails_of_a_customer_that_can_still_be_taken_back(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await in_state(tx, S.SENT)
        (waiting, held, _) = await queue(
            tx,
            make_mail("b"),
            make_mail("c", state=S.HELD),
            make_mail("b", customer="C2"),
        )
        assert [mail.id for mail in await tx.outbox.waiting_for("C1")] == [waiting, held]


async def test_whether_anything_is_claimable(database: Database) -> None:
    async with database.transaction("acme") as tx:
        await queue(tx, make_mail("a", next_attempt_at=NOW + MINUTE), make_mail("b", state=S.HELD))
        assert await tx.outbox.has_claimable(NOW) is False
        assert await tx.outbox.has_claimable(NOW + MINUTE) is True


async def test_an_approved_mail_may_be_written_anew(database: Database) -> None:
    async with database.transaction("acme") as tx:
        mail = await in_state(tx, S.HELD)
        anew = replace(mail, subject="Rappel", balances=(("FA-1", 1, "EUR"),), next_attempt_at=NOW)
        written = await tx.outbox.rewrite(anew)
        assert written == replace(anew, state=S.QUEUED)
