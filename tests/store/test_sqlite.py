"""What can happen to a file."""

import asyncio
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from mailagent.errors import StoreUnavailable
from mailagent.store.database import Database
from mailagent.store.in_loop import InLoop
from mailagent.store.tables import ContentKind
from tests.store.make import make_customer, one_customer


async def pragma(database: Database, name: str) -> object:
    async with database.writing() as connection:
        return (await connection.execute(text(f"PRAGMA {name}"))).scalar()


async def test_every_commit_is_durable(sqlite_url: str) -> None:
    async with Database(sqlite_url) as database:
        assert await pragma(database, "journal_mode") == "wal"
        assert await pragma(database, "synchronous") == 2  # FULL
        assert await pragma(database, "foreign_keys") == 1


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_only_we_can_read_a_new_file(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path}/new.db") as database:
        await database.migrate()
        await database.signing_key()
        modes = modes_in(tmp_path)
    assert set(modes.values()) == {0o600}
    assert "new.db-wal" in modes


async def test_a_missing_file_is_not_made_by_reading(tmp_path: Path) -> None:
    path = tmp_path / "missing.db"
    async with Database(f"sqlite:///{path}") as database:
        with pytest.raises(StoreUnavailable, match="unable to open"):
            await database.signing_key()
    assert not path.exists()


@pytest.mark.parametrize("how", ["deleted", "replaced"])
async def test_a_file_that_goes_away_while_open_is_noticed(
    sqlite_url: str, sqlite_template: Path, tmp_path: Path, how: str
) -> None:
    path = tmp_path / "mailagent.db"
    async with Database(sqlite_url) as database:
        async with database.transaction("acme") as tx:
            await one_customer(tx)
        path.rename(tmp_path / "moved.db")
        if how == "replaced":
            shutil.copyfile(sqlite_template, path)
        with pytest.raises(StoreUnavailable, match="gone" if how == "deleted" else "replaced"):
            async with database.transaction("acme") as tx:
                await tx.customers.upsert(make_customer("C2"))
        with pytest.raises(StoreUnavailable):
            async with database.snapshot("acme") as tx:
                await tx.customers.all_refs()


@pytest.mark.parametrize("damage", ["not sqlite", "cut", "scribbled"])
async def test_a_damaged_file_is_told(sqlite_url: str, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "mailagent.db"
    whole = path.read_bytes()
    path.write_bytes(
        {
            "not sqlite": b"%PDF-1.7" * 1000,
            "cut": whole[: len(whole) // 3],
            "scribbled": whole[:4096] + b"\xff" * (len(whole) - 4096),
        }[damage]
    )
    async with Database(sqlite_url) as database:
        with pytest.raises(StoreUnavailable, match="damaged"):
            async with database.transaction("acme") as tx:
                await one_customer(tx)


async def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    async with Database(f"sqlite:///{tmp_path}") as database:
        with pytest.raises(StoreUnavailable):
            await database.signing_key()


async def test_a_writer_waits_for_another_process(sqlite_url: str, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "mailagent.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with Database(sqlite_url) as database:
        async with database.snapshot("acme") as tx:
            assert await tx.customers.all_refs() == ()  # readers do not wait
        other.execute("COMMIT")
        async with database.transaction("acme") as tx:
            await one_customer(tx)
    other.close()


async def test_a_writer_that_is_stopped_while_it_waits_stops_nobody_else(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its thread still waits for the lock: what then touches the connection queues up behind it."""
    async with asyncio.timeout(20), Database(sqlite_url) as database:  # SQLite's wait is 30 s
        async with database.transaction("acme") as tx:
            await one_customer(tx)
        other = sqlite3.connect(tmp_path / "mailagent.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(database.signing_key())
        for _ in range(5):
            async with database.snapshot("acme") as tx:
                assert await tx.customers.all_refs() == ("C1",)
        waiting.cancel()
        for _ in range(5):
            async with database.snapshot("acme") as tx:
                assert await tx.customers.all_refs() == ("C1",)
        other.execute("COMMIT")
        other.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        async with database.transaction("acme") as tx:
            await tx.customers.upsert(make_customer("C2"))
    assert not caplog.records


async def test_after_a_wait_that_nobody_ended_statements_queue_up(tmp_path: Path) -> None:
    """Two threads at one connection: the loop would stand still for as long as the other waits."""
    path = tmp_path / "new.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    connection = await InLoop(
        lambda: sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False), 64
    )
    cursor = await connection.cursor()
    waiting = asyncio.create_task(cursor.execute("BEGIN IMMEDIATE"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    later = asyncio.create_task(connection.execute("SELECT 1").__aenter__())
    await asyncio.sleep(0)
    other.execute("COMMIT")
    assert await (await later).fetchone() == (1,)
    assert connection.in_transaction  # BEGIN came first, and got the lock
    await connection.close()
    other.close()


async def test_a_long_transaction_lets_others_have_their_turn(sqlite_url: str) -> None:
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with Database(sqlite_url) as database, database.writing() as connection:
        waiting = asyncio.create_task(others())
        for _ in range(10_000):
            await connection.execute(text("SELECT 1"))
            if turns > 2:
                break
        waiting.cancel()
        assert turns > 2


async def test_a_writer_leaves_to_a_thread_only_what_waits(sqlite_url: str) -> None:
    ran: list[tuple[str, bool]] = []

    def note(statement: str) -> None:
        ran.append((statement, threading.current_thread() is threading.main_thread()))

    async with Database(sqlite_url) as database:
        async with database.writing() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.set_trace_callback(note)
        async with database.writing() as connection:
            await connection.execute(text("SELECT 1"))
    assert ran == [
        ("COMMIT", False),
        ("BEGIN IMMEDIATE", False),
        ("SELECT 1", True),
        ("COMMIT", False),
    ]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Two megabytes of disk; only root can mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.needs_root
async def test_a_full_disk_is_told_and_loses_nothing(small_disk: Path) -> None:
    async with Database(f"sqlite:///{small_disk}/mail.db") as database:
        await database.migrate()
        async with database.transaction("acme") as tx:
            await tx.companies.upsert("acme", "Acme")
            await one_customer(tx)
        with pytest.raises(StoreUnavailable, match="disk is full"):
            async with database.transaction("acme") as tx:
                await tx.contents.put(b"x" * 4_000_000, ContentKind.RAW_IN)
        async with database.snapshot("acme") as tx:
            assert await tx.customers.all_refs() == ("C1",)
        async with database.transaction("acme") as tx:  # small things still fit
            await tx.customers.upsert(make_customer("C3"))
