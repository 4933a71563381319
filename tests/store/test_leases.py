import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from mailagent.errors import LeaseLost
from mailagent.store.database import Database
from mailagent.store.leases import Leases
from tests.store.make import NOW, make_customer

TTL = timedelta(seconds=30)
NAME = "inbox:acme"


async def test_one_owner_at_a_time(database: Database) -> None:
    leases = Leases(database)
    lease = await leases.acquire(NAME, "one", TTL, NOW)
    assert lease is not None
    assert (lease.name, lease.owner, lease.fence) == (NAME, "one", 1)
    assert lease.expires_at == NOW + TTL
    assert await leases.acquire(NAME, "two", TTL, NOW) is None
    assert await leases.acquire("outbox:acme", "two", TTL, NOW) is not None


async def test_each_turn_gets_a_higher_fence_also_of_the_same_owner(database: Database) -> None:
    leases = Leases(database)
    fences = []
    for owner, moment in (("one", NOW), ("one", NOW + TTL), ("two", NOW + 2 * TTL)):
        lease = await leases.acquire(NAME, owner, TTL, moment)
        assert lease is not None
        fences.append(lease.fence)
    assert fences == [1, 2, 3]
    await leases.release(lease)
    again = await leases.acquire(NAME, "two", TTL, NOW + 2 * TTL)
    assert again is not None
    assert again.fence == 4


async def test_a_lease_given_back_is_free_at_once(database: Database) -> None:
    leases = Leases(database)
    first = await leases.acquire(NAME, "one", TTL, NOW)
    assert first is not None
    await leases.release(first)
    second = await leases.acquire(NAME, "two", TTL, NOW)
    assert second is not None
    assert second.fence == 2
    await leases.release(first)  # no longer ours to give
    assert await leases.acquire(NAME, "three", TTL, NOW) is None


async def test_a_renewed_lease_lasts_longer(database: Database) -> None:
    leases = Leases(database)
    lease = await leases.acquire(NAME, "one", TTL, NOW)
    assert lease is not None
    renewed = await leases.renew(lease, NOW + TTL / 2, TTL)
    assert renewed == replace(lease, expires_at=NOW + TTL * 1.5)
    assert await leases.acquire(NAME, "two", TTL, NOW + TTL) is None
    assert await leases.acquire(NAME, "two", TTL, NOW + 2 * TTL) is not None
    with pytest.raises(LeaseLost, match=NAME):
        await leases.renew(renewed, NOW + 2 * TTL, TTL)


async def test_of_many_exactly_one_wins(database: Database, url: str) -> None:
    async with Database(url) as second:
        tasks = [
            Leases((database, second)[n % 2]).acquire(NAME, f"owner {n}", TTL, NOW)
            for n in range(12)
        ]
        won = [lease for lease in await asyncio.gather(*tasks) if lease]
    assert len(won) == 1
    assert won[0].fence == 1


async def test_of_many_exactly_one_takes_over(database: Database) -> None:
    leases = Leases(database)
    await leases.acquire(NAME, "gone", TTL, NOW)
    later = NOW + TTL
    tasks = [leases.acquire(NAME, f"owner {n}", TTL, later) for n in range(12)]
    won = [lease for lease in await asyncio.gather(*tasks) if lease]
    assert [lease.fence for lease in won] == [2]


async def test_a_frozen_owner_that_comes_back_writes_nothing(database: Database) -> None:
    leases = Leases(database)
    frozen = await leases.acquire(NAME, "frozen", TTL, NOW)
    assert frozen is not None
    fresh = await leases.acquire(NAME, "fresh", TTL, NOW + TTL)
    assert fresh is not None
    with pytest.raises(LeaseLost):
        async with database.transaction("acme", fence=frozen) as tx:
            await tx.customers.upsert(make_customer())
    async with database.transaction("acme", fence=fresh) as tx:
        assert await tx.customers.all_refs() == ()
        await tx.customers.upsert(make_customer())


async def test_an_expired_lease_nobody_took_still_holds(database: Database) -> None:
    lease = await Leases(database).acquire(NAME, "one", TTL, NOW)
    assert lease is not None
    async with database.transaction("acme", fence=lease) as tx:
        await tx.customers.upsert(make_customer())


async def test_a_lease_that_never_was_stops_the_transaction(database: Database) -> None:
    lease = await Leases(database).acquire(NAME, "one", TTL, NOW)
    assert lease is not None
    with pytest.raises(LeaseLost):
        async with database.transaction("acme", fence=replace(lease, name="other")):
            pytest.fail("the transaction must not begin")


async def test_nobody_takes_over_between_the_check_and_the_commit(database: Database) -> None:
    leases = Leases(database)
    lease = await leases.acquire(NAME, "one", TTL, NOW)
    assert lease is not None
    async with database.transaction("acme", fence=lease) as tx:
        taking = asyncio.create_task(leases.acquire(NAME, "two", TTL, NOW + TTL))
        await tx.customers.upsert(make_customer())
        assert not taking.done()
    assert await taking is not None


async def test_what_a_dead_run_held_is_free_at_once_under_new_fences(database: Database) -> None:
    leases = Leases(database)
    for name, owner in (("mailbox:acme", "dead"), ("sender:acme", "dead"), (NAME, "living")):
        assert await leases.acquire(name, owner, TTL, NOW) is not None

    assert await leases.release_all("dead") == 2

    taken = await leases.acquire("sender:acme", "next", TTL, NOW)
    assert taken is not None
    assert taken.fence == 2
    assert await leases.acquire(NAME, "next", TTL, NOW) is None
