"""Leases: what only one process may do, and the fence number that stops the one that lost it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, update

from mailagent.errors import LeaseLost
from mailagent.store.database import Database
from mailagent.store.fence import Lease
from mailagent.store.repository import insert_into
from mailagent.store.tables import leases

_NOBODY = ""


class Leases:
    """Taken, renewed in time, given back. An owner is one run of one process, never a host name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, name: str, owner: str, ttl: timedelta, now: datetime) -> Lease | None:
        """Take a lease that is free, ran out or is ours; None while another holds it.

        Always under a new fence: a turn that failed and could not give its lease back has left mails in
        transmission, which only a later fence finds in doubt.
        """
        async with self._database.writing() as connection:
            first = insert_into(connection, leases).values(
                name=name, owner=owner, fence=1, expires_at=now + ttl
            )
            ours = leases.c.owner == first.excluded.owner
            taken = first.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "owner": first.excluded.owner,
                    "fence": leases.c.fence + 1,
                    "expires_at": first.excluded.expires_at,
                },
                where=or_(ours, leases.c.owner == _NOBODY, leases.c.expires_at <= now),
            )
            fence = (await connection.execute(taken.returning(leases.c.fence))).scalar()
        return None if fence is None else Lease(name, owner, fence, now + ttl)

    async def renew(self, lease: Lease, now: datetime, ttl: timedelta) -> Lease:
        """Keep it longer; LeaseLost when another took it, even if it runs out only later."""
        renewed = replace(lease, expires_at=now + ttl)
        async with self._database.writing() as connection:
            kept = update(leases).where(_is(lease)).values(expires_at=renewed.expires_at)
            if (await connection.execute(kept)).rowcount != 1:
                raise LeaseLost(f"Lease {lease.name} was taken over from {lease.owner}.")
        return renewed

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing to do when it was lost."""
        async with self._database.writing() as connection:
            freed = update(leases).where(_is(lease)).values(owner=_NOBODY)
            await connection.execute(freed)

    async def release_all(self, owner: str) -> int:
        """Give back what a run that has ended still held; how many leases that were."""
        async with self._database.writing() as connection:
            freed = update(leases).where(leases.c.owner == owner).values(owner=_NOBODY)
            return (await connection.execute(freed)).rowcount


def _is(lease: Lease) -> ColumnElement[bool]:
    return and_(
        leases.c.name == lease.name,
        leases.c.owner == lease.owner,
        leases.c.fence == lease.fence,
    )
