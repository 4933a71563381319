"""A lease as held, and the check that it still is: what stops a frozen process that comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mailagent.errors import LeaseLost
from mailagent.store.tables import leases


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do what only one process may do, under a fence number."""

    name: str
    owner: str  # one run of one process
    fence: int
    expires_at: datetime


_HELD = (
    select(leases.c.owner, leases.c.fence)
    .where(leases.c.name == bindparam("name"))
    .with_for_update(read=True)
)


async def check_fence(connection: AsyncConnection, lease: Lease) -> None:
    """Raise LeaseLost when somebody else took the lease; nobody can take it before this commit.

    An expired lease that nobody took is still ours: what counts is that no second owner exists.
    """
    row = (await connection.execute(_HELD, {"name": lease.name})).one_or_none()
    if row is None or (row.owner, row.fence) != (lease.owner, lease.fence):
        raise LeaseLost(f"Lease {lease.name} was taken over from {lease.owner}.")
