"""A configuration with two customers and a database, made once; every test gets a copy of its own."""

from __future__ import annotations

import asyncio
import io
import json
import shutil
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from mailagent.cli import main
from mailagent.config import load
from mailagent.core.outbox import OutboxMail
from mailagent.daemon import make_setups
from mailagent.flows.intake import import_invoices
from mailagent.flows.outgoing import plan_due
from mailagent.flows.setup import Setup
from mailagent.resources import resource_folder
from mailagent.sandbox.fast_clock import FastClock
from mailagent.store.database import Database

EXAMPLE = (resource_folder("config") / "companies" / "example.toml.sample").read_text("utf-8")
WHEN = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # a Tuesday: that day the reminders were planned
INVOICES = f"""number;customer;customer_name;email;due;amount
FA-1;C1;Café du Port;port@client.example;{WHEN.date() - timedelta(days=4)};1 234,50
FA-2;C2;Garage Brun;garage@client.example;{WHEN.date() - timedelta(days=12)};980
FA-3;C2;Garage Brun;garage@client.example;{date(2099, 1, 31)};20
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Office:
    """An installation, and the command line in it."""

    folder: Path
    database: Path

    @property
    def company(self) -> Path:
        return self.folder / "companies" / "lambert.toml"

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Answer:
        return run_main("--config", str(self.folder), *arguments, stdin=stdin)

    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return str(path)

    def do(self, work: Callable[[Database, Setup], Awaitable[Any]]) -> Any:
        """Something the daemon would have done."""

        async def body() -> Any:
            settings = load(self.folder, {"HOME": str(self.folder)})
            async with Database(f"sqlite+aiosqlite:///{self.database}") as db:
                await db.migrate()
                (setup,) = await make_setups(settings, db)
                return await work(db, setup)

        return asyncio.run(body())

    def ask(self, customer: str | None, invoices: tuple[str, ...] = ()) -> int:
        """Something waits for a person."""

        async def work(db: Database, setup: Setup) -> int:
            async with db.transaction(setup.company.id) as tx:
                question = "Whose is it?"
                return await tx.reviews.open("mail", customer, invoices, question, "...", WHEN)

        return int(self.do(work))

    def sql(self, statement: str) -> None:
        """Somebody changes the database by hand."""
        with closing(sqlite3.connect(self.database)) as connection, connection:
            connection.execute(statement)

    def mail(self, mail: int) -> OutboxMail:
        async def work(db: Database, setup: Setup) -> OutboxMail:
            async with db.snapshot(setup.company.id) as tx:
                found = await tx.outbox.get(mail)
            assert found is not None
            return found

        return self.do(work)


def run_main(*arguments: str, stdin: bytes = b"") -> Answer:
    """The program in this process: nothing is loaded again."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8")
    before = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["mailagent", *arguments], io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    code: Any = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as exit_:
        code = exit_.code
    finally:
        sys.argv, sys.stdin = before
        out.flush()
        err.flush()
    return Answer(code or 0, out.buffer.getvalue().decode(), err.buffer.getvalue().decode())


@pytest.fixture(autouse=True)
def log_stays_as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose database holds the invoices and, in shadow, a reminder to each customer."""
    root = tmp_path_factory.mktemp("office")
    for name in ("companies", "credentials"):
        (root / name).mkdir()
    nowhere = 'host = "127.0.0.1"\nport = 9\nsecurity = "none"'
    text = EXAMPLE.replace('host = "imap.lambert.example"', nowhere)
    text = text.replace('host = "smtp.lambert.example"', nowhere)
    (root / "companies" / "lambert.toml").write_text(text, "utf-8")
    secret = root / "credentials" / "lambert_imap_password"
    secret.write_text("s3cret-imap\n", "utf-8")
    secret.chmod(0o600)

    async def plan(db: Database, setup: Setup) -> None:
        await import_invoices("f.csv", INVOICES.encode(), {}, {}, setup, db, WHEN)
        clock = FastClock(WHEN, rate=1)
        clock.pause()
        await plan_due(setup, db, clock, None)

    Office(root, root / "mailagent.db").do(plan)
    return root


@pytest.fixture
def office(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    folder = tmp_path / "office"
    shutil.copytree(prepared, folder)
    monkeypatch.setenv("STATE_DIRECTORY", str(folder))
    monkeypatch.setenv("COLUMNS", "200")
    return Office(folder, folder / "mailagent.db")
