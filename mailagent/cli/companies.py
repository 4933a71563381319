"""The companies a command works on: their configuration, their database, the work itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import typer

from mailagent import config, log
from mailagent.cli.options import options
from mailagent.clock import SystemClock
from mailagent.core.decisions import Cause, CauseKind
from mailagent.daemon import make_setups
from mailagent.errors import ConfigError
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.message.template_check import check_templates
from mailagent.store.database import Database
from mailagent.store.transaction import Transaction

T = TypeVar("T")


def load_settings() -> config.Settings:
    """The configuration, or ConfigError with everything that is wrong in it."""
    return config.load(options.config, os.environ)


def load_checked() -> config.Settings:
    """The configuration with every template rendered; ConfigError with all that is wrong."""
    settings = load_settings()
    if problems := check_templates(settings):
        raise ConfigError(problems)
    return settings


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Database, tuple[Setup, ...]]]:
    """The database, brought up to date, and every company's setup."""
    settings = load_settings()
    log.set_up(settings.log_level, as_json=False)
    db = Database(settings.database)
    try:
        await db.migrate()
        yield db, await make_setups(settings, db)
    finally:
        await db.close()


def only(setups: tuple[Setup, ...], company: str) -> Setup:
    """The company asked for, or the only one there is."""
    ids = [s.company.id for s in setups]
    if not company and len(setups) == 1:
        return setups[0]
    if company in ids:
        return setups[ids.index(company)]
    if not company:
        raise typer.BadParameter(f"say which company: --company {'|'.join(ids)}")
    raise typer.BadParameter(f"there is no company {company!r}; there are: {', '.join(ids)}")


def chosen(setups: tuple[Setup, ...], company: str) -> tuple[Setup, ...]:
    """The company asked for, or all of them."""
    return (only(setups, company),) if company else setups


def by_person(tx: Transaction, who: str) -> Records:
    """The pen of whoever typed the command."""
    return Records(tx, Cause(CauseKind.PERSON, who), SystemClock().now())


def with_setup(company: str, work: Callable[[Database, Setup], Coroutine[Any, Any, T]]) -> T:
    """Run work on one company."""

    async def body() -> T:
        async with opened() as (db, setups):
            return await work(db, only(setups, company))

    return asyncio.run(body())


def with_setups(company: str, work: Callable[[Database, Setup], Coroutine[Any, Any, T]]) -> list[T]:
    """Run work on the company asked for, or on each."""

    async def body() -> list[T]:
        async with opened() as (db, setups):
            return [await work(db, setup) for setup in chosen(setups, company)]

    return asyncio.run(body())
