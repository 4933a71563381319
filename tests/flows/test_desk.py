"""At an open mailbox on a real server: what is new, what is old, what cannot be read, what is filed in Sent."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.hold import HoldReason
from mailagent.core.mail import ParsedMail, Reading
from mailagent.core.outbox import OutboxState
from mailagent.core.server import ImapAccount, Login
from mailagent.errors import LeaseLost
from mailagent.flows.desk import KEYWORD, Desk
from mailagent.flows.reader import Reader
from mailagent.flows.sent_folder import file_copies, settle_doubts
from mailagent.flows.watch import Watcher
from mailagent.store.database import Database
from mailagent.transport.imap import ImapSession
from tests.house import House
from tests.letters import reply
from tests.peers.mail_host import MailUser, require
from tests.peers.scripted_smtp import DROP, ScriptedSmtp
from tests.peers.sink import Sink
from tests.poisoned import Poisoned

PETIT = "FA-2026-0042;C1;Boulangerie Petit;anne@petit.example;2026-03-06;1200,00"


@pytest.fixture
async def house(tmp_path) -> AsyncIterator[House]:
    db = Database(f"sqlite:///{tmp_path}/mailagent.db")
    await db.migrate()
    house = await House.build(db)
    yield house
    await house.close()


@asynccontextmanager
async def desk_of(house: House, user: MailUser, **imap) -> AsyncIterator[Desk]:
    house.setup = replace(house.setup, imap=replace(user.account(), **imap))
    session = await ImapSession.open(house.setup.imap)
    try:
        yield Desk(
            session, house.setup, house.db, house.reader, house.clock, house.lease, lambda: None
        )
    finally:
        await session.close()


async def look(desk: Desk, name: str = "inbox", folder: str = "INBOX") -> None:
    mailbox = await desk.session.select(folder)
    await desk.open_mailbox(name, mailbox)
    await desk.take_in_new(name, mailbox, asyncio.Event())


async def counts(house: House) -> dict[Filing, int]:
    async with house.db.snapshot(house.setup.company.id) as tx:
        return {f: n for f, n in (await tx.inbox.counts()).items() if n}


async def test_what_lay_there_at_the_first_look_is_left_alone(house: House, dovecot_user: MailUser):
    await house.invoices(PETIT)
    for n in range(120):
        dovecot_user.deliver(reply(f"Vieux message {n}, déjà payé."))

    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        assert await counts(house) == {}

        dovecot_user.deliver(reply("Bonjour, nous avons payé hier."))
        await look(desk)

    assert sum((await counts(house)).values()) == 1
    assert HoldReason.PAYMENT_CLAIM in {h.reason for h in (await house.account("C1")).holds}


async def test_ten_thousand_old_mails_at_the_first_look_cost_nothing(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    for n in range(10):
        dovecot_user.deliver(reply(f"Vieux message {n}, facture contestée."))
    with dovecot_user.connection() as imap:
        require(imap.select("INBOX"))
        for _ in range(10):  # 10 * 2 ** 10 mails
            require(imap.copy("1:*", "INBOX"))
            require(imap.select("INBOX"))

    async with desk_of(house, dovecot_user) as desk:
        mailbox = await desk.session.select("INBOX")
        assert mailbox.exists == 10_240
        await look(desk)
        assert await counts(house) == {}

        dovecot_user.deliver(reply("Bonjour, nous avons payé hier."))
        await look(desk)

    assert sum((await counts(house)).values()) == 1
    assert (await house.account("C1")).holds


async def test_act_from_lets_the_first_look_take_in_what_came_since(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    dovecot_user.deliver(reply("Bonjour, nous avons payé hier."))
    policy = replace(house.setup.company.policy, act_from=house.clock.now().date())
    house.setup = replace(house.setup, company=replace(house.setup.company, policy=policy))

    async with desk_of(house, dovecot_user) as desk:
        await look(desk)

    assert sum((await counts(house)).values()) == 1


async def test_mail_is_marked_by_keyword_and_stays_unread(house: House, dovecot_user: MailUser):
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        dovecot_user.deliver(reply("Bonjour"))
        await look(desk)

    with dovecot_user.connection() as imap:
        require(imap.select("INBOX", readonly=True))
        (flags,) = require(imap.fetch("1", "(FLAGS)"))
    assert KEYWORD.encode() in flags
    assert b"\\Seen" not in flags


async def test_looking_again_and_copying_a_mail_has_no_second_effect(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        raw = reply("Nous paierons le 25 mars.")
        dovecot_user.append("INBOX", raw)
        await look(desk)
        before = await house.account("C1")
        await look(desk)
        dovecot_user.append("INBOX", raw)
        await look(desk)

    assert await house.account("C1") == before
    assert (await counts(house))[Filing.NOT_OURS] == 1


async def test_a_mail_over_the_size_limit_holds_by_its_headers(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    async with desk_of(house, dovecot_user, max_bytes=5_000) as desk:
        await look(desk)
        dovecot_user.append("INBOX", reply("Voir les plans joints. " + "x" * 20_000))
        await look(desk)

    assert any(h.until is None for h in (await house.account("C1")).holds)


async def test_a_mail_that_always_fails_is_quarantined_and_the_next_gets_its_turn(
    house: House, dovecot_user: MailUser
):
    class Stumbling(Reader):
        async def parse(self, raw: bytes):
            if b"poison" in raw:
                raise RuntimeError("a bug")
            return await super().parse(raw)

    await house.invoices(PETIT)
    house.reader = Stumbling()
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        dovecot_user.append("INBOX", reply("poison"))
        dovecot_user.append("INBOX", reply("Bonjour, nous avons payé hier."))
        await look(desk)

    assert (await counts(house))[Filing.QUARANTINED] == 1
    assert HoldReason.PAYMENT_CLAIM in {h.reason for h in (await house.account("C1")).holds}


async def filed(house: House) -> list[tuple[int, str, Filing]]:
    """Every mail as (UID, sender, filing), in the order of the journal."""
    async with house.db.snapshot(house.setup.company.id) as tx:
        mails = [mail for filing in Filing for mail in await tx.inbox.list(filing, 1000)]
        notes = [e for e in await tx.journal.entries(0, 1000) if e.event == "mail.filed"]
    assert len(notes) == len(mails)
    found = sorted(mails, key=lambda mail: mail.id)
    assert [note.data["mail"] for note in notes] == [mail.digest for mail in found]
    return [(mail.uid, mail.sender, mail.filing) for mail in found]


async def test_mail_of_nobody_shares_a_transaction_and_a_customers_has_its_own(
    house: House, dovecot_user: MailUser, monkeypatch: pytest.MonkeyPatch
):
    await house.invoices(PETIT)
    senders = ["x@one.example", "y@two.example", "anne@petit.example", "z@one.example"]
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for number, sender in enumerate(senders):
            dovecot_user.append("INBOX", reply(f"Bonjour {number}", sender=sender))
        commits: list[int] = []
        marked: list[list[int]] = []
        transaction, add_keyword = house.db.transaction, desk.session.add_keyword

        @asynccontextmanager
        async def counted(*given):
            async with transaction(*given) as tx:
                yield tx
            commits.append(sum((await counts(house)).values()))

        async def told(uids, keyword: str) -> None:
            marked.append(list(uids))
            await add_keyword(uids, keyword)

        monkeypatch.setattr(house.db, "transaction", counted)
        monkeypatch.setattr(desk.session, "add_keyword", told)
        await look(desk)

    assert commits == [2, 3, 4]
    uids = [uid for uid, _, _ in await filed(house)]
    assert uids == sorted(uids)
    assert [sender for _, sender, _ in await filed(house)] == senders
    assert marked == [uids]
    assert (await house.account("C1")).holds


async def test_equal_mails_that_come_together_have_one_effect(house: House, dovecot_user: MailUser):
    await house.invoices(PETIT)
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for raw in (reply("Bonjour"), reply("Bonjour"), reply("?", sender="x@one.example")):
            dovecot_user.append("INBOX", raw)
        await look(desk)

    assert [filing for _, _, filing in await filed(house)] == [
        Filing.WAITING,
        Filing.NOT_OURS,
        Filing.WAITING,
    ]
    assert len((await house.account("C1")).holds) == 1


async def test_a_backlog_of_several_blocks_is_filed_in_order_and_counted(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for number in range(120):
            sender = "anne@petit.example" if number % 40 == 7 else f"x{number}@one.example"
            dovecot_user.append("INBOX", reply(f"Bonjour {number}", sender=sender))
        await look(desk)

    uids = [uid for uid, _, _ in await filed(house)]
    assert len(uids) == 120
    assert uids == sorted(uids)


async def test_a_stop_in_a_backlog_leaves_the_rest_for_the_next_look(
    house: House, dovecot_user: MailUser
):
    stop = asyncio.Event()
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for number in range(120):
            dovecot_user.append("INBOX", reply(f"Bonjour {number}", sender="x@one.example"))
        mailbox = await desk.session.select("INBOX")
        add_keyword = desk.session.add_keyword

        async def stopping(uids, keyword: str) -> None:
            await add_keyword(uids, keyword)
            stop.set()

        desk.session.add_keyword = stopping
        await desk.take_in_new("inbox", mailbox, stop)
        assert len(await filed(house)) == 50

        desk.session.add_keyword = add_keyword
        await desk.take_in_new("inbox", mailbox, asyncio.Event())  # on the same connection

    assert len(await filed(house)) == 120


async def test_without_the_lease_nothing_of_a_group_is_filed(house: House, dovecot_user: MailUser):
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for number in range(3):
            dovecot_user.append("INBOX", reply(f"Bonjour {number}", sender="x@one.example"))
        taken_over = replace(desk, lease=replace(house.lease, fence=house.lease.fence + 1))
        with pytest.raises(LeaseLost):
            await look(taken_over)

    assert await counts(house) == {}
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert await tx.reviews.list_open() == ()


@pytest.mark.parametrize(
    ("blow", "limit"), [(signal.SIGKILL, 60.0), (signal.SIGSTOP, 6.0)], ids=["dies", "hangs"]
)
async def test_a_mail_that_ends_the_reader_is_quarantined_alone(
    house: House, dovecot_user: MailUser, blow: signal.Signals, limit: float
):
    await house.invoices(PETIT)
    await house.reader.close()
    house.reader = Poisoned(blow, limit)
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        dovecot_user.append("INBOX", reply("Bonjour", sender="x@one.example"))
        dovecot_user.append("INBOX", reply("POISON", sender="y@two.example"))
        dovecot_user.append("INBOX", reply("Bonjour, nous avons payé hier."))
        await look(desk)

    assert [filing for _, _, filing in await filed(house)] == [
        Filing.WAITING,
        Filing.QUARANTINED,
        Filing.APPLIED,
    ]


async def test_a_mail_that_stumbles_in_a_group_is_quarantined_alone(
    house: House, dovecot_user: MailUser
):
    class Stumbling(Reader):
        async def skim(self, mail: ParsedMail) -> Reading:
            if "poison" in mail.new_text:
                raise RuntimeError("a bug")
            return await super().skim(mail)

    house.reader = Stumbling()
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        for text in ("Bonjour", "poison", "Merci"):
            dovecot_user.append("INBOX", reply(text, sender="x@one.example"))
        await look(desk)

    assert [filing for _, _, filing in await filed(house)] == [
        Filing.WAITING,
        Filing.QUARANTINED,
        Filing.WAITING,
    ]


async def test_a_renumbered_mailbox_is_read_again_without_a_second_effect(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        raw = reply("Nous paierons le 25 mars.")
        dovecot_user.append("INBOX", raw)
        await look(desk)
        before = await house.account("C1")

        mailbox = await desk.session.select("INBOX")
        renumbered = replace(mailbox, uidvalidity=mailbox.uidvalidity + 1)
        dovecot_user.append(
            "INBOX", reply("La facture est contestée.", message_id="<new@client.example>")
        )
        await desk.open_mailbox("inbox", renumbered)
        await desk.take_in_new("inbox", renumbered, asyncio.Event())

    after = await house.account("C1")
    assert [h for h in after.holds if h in before.holds] == list(before.holds)
    assert HoldReason.DISPUTE in {h.reason for h in after.holds[len(before.holds) :]}


async def test_news_in_an_open_mailbox_is_not_taken_for_renumbering(
    house: House, dovecot_user: MailUser
):
    async with desk_of(house, dovecot_user) as desk:
        mailbox = await desk.session.select("INBOX")
        await desk.open_mailbox("inbox", mailbox)
        for n in range(3):  # the mailbox's UIDNEXT as told by SELECT is soon behind
            dovecot_user.append("INBOX", reply(f"Bonjour {n}"))
            await desk.session.search_header("Subject", "x")
            await desk.take_in_new("inbox", mailbox, asyncio.Event())

    async with house.db.snapshot(house.setup.company.id) as tx:
        events = [e.event for e in await tx.journal.for_subject("inbox")]
    assert events == ["mailbox.first_look"]


async def test_a_mail_deleted_before_it_was_read_is_counted(house: House, dovecot_user: MailUser):
    async with desk_of(house, dovecot_user) as desk:
        await look(desk)
        dovecot_user.append("INBOX", reply("Bonjour"))
        await desk.session.select("INBOX")
        uids = await desk.session.uids_after(0)
        assert len(uids) == 1

        async def named(after: int):  # the server names a UID that is gone when it is fetched
            return tuple(u for u in (uids[0], uids[0] + 1) if u > after)

        desk.session.uids_after = named
        await look(desk)

    assert sum((await counts(house)).values()) == 2
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert (await tx.mailboxes.get("inbox")).last_uid == uids[0] + 1


async def test_a_copy_of_each_sent_mail_lies_in_sent_once(house: House, dovecot_user: MailUser):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    async with Sink() as sink:
        await house.send(sink.account())
    (mail,) = await house.outbox()

    async with desk_of(house, dovecot_user) as desk:
        await desk.session.select("Sent")
        await file_copies(desk, "Sent")
        async with house.db.transaction(house.setup.company.id) as tx:
            await tx.outbox.set_filed(mail.id)
        await file_copies(desk, "Sent")

    assert dovecot_user.messages("Sent") == [await house.raw(mail)]


async def test_a_copy_whose_note_was_lost_is_found_and_not_filed_again(
    house: House, dovecot_user: MailUser
):
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    async with Sink() as sink:
        await house.send(sink.account())
    (mail,) = await house.outbox()
    dovecot_user.append("Sent", await house.raw(mail))

    async with desk_of(house, dovecot_user) as desk:
        await desk.session.select("Sent")
        await file_copies(desk, "Sent")

    assert len(dovecot_user.messages("Sent")) == 1
    (mail,) = await house.outbox()
    assert mail.filed_in_sent


async def in_doubt(house: House) -> None:
    await house.invoices(PETIT)
    await house.plan()
    await house.freshen()
    async with ScriptedSmtp(dot=[DROP]) as server:
        await house.send(server.account())


async def test_a_mail_in_doubt_found_in_sent_was_sent(house: House, dovecot_user: MailUser):
    await in_doubt(house)
    (mail,) = await house.outbox()
    dovecot_user.append("Sent", await house.raw(mail))
    house.setup = replace(house.setup, smtp=replace(house.setup.smtp, files_sent=True))

    async with desk_of(house, dovecot_user) as desk:
        await desk.session.select("Sent")
        await settle_doubts(desk, sent_is_selected=True)

    assert [m.state for m in await house.outbox()] == [OutboxState.SENT]


async def test_a_mail_in_doubt_goes_to_a_person_after_a_day(house: House, dovecot_user: MailUser):
    await in_doubt(house)
    async with desk_of(house, dovecot_user) as desk:
        await desk.session.select("Sent")
        await settle_doubts(desk, sent_is_selected=True)
        assert [m.state for m in await house.outbox()] == [OutboxState.UNKNOWN]

        house.go_to(house.clock.now() + timedelta(hours=25))
        await settle_doubts(desk, sent_is_selected=True)

    assert [m.state for m in await house.outbox()] == [OutboxState.HELD]
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert [r.kind for r in await tx.reviews.list_open()] == ["doubt"]


async def test_a_refused_mailbox_login_is_told_once_and_not_tried_again_at_once(
    house: House, dovecot_user: MailUser
):
    server = dovecot_user.account().server
    wrong = replace(server, login=Login(dovecot_user.name, "changed yesterday"))
    house.setup = replace(house.setup, imap=ImapAccount(wrong))
    stop = asyncio.Event()
    watcher = Watcher(
        house.setup,
        house.db,
        house.reader,
        house.clock,
        lambda: house.lease,
        lambda: None,
        lambda: None,
    )
    watching = asyncio.create_task(watcher.run(stop))

    async with asyncio.timeout(30):
        while not watcher.health.trouble:  # noqa: ASYNC110 - a state, not a time
            await asyncio.sleep(0.01)
    async with house.db.snapshot(house.setup.company.id) as tx:
        assert [r.kind for r in await tx.reviews.list_open()] == ["mailbox"]
    assert not watching.done()

    stop.set()
    async with asyncio.timeout(30):
        await watching
