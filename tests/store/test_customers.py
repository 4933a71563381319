from datetime import timedelta

import pytest
from sqlalchemy import text

from mailagent.core.customer import Contact
from mailagent.store.customers import due_customers
from mailagent.store.database import Database
from mailagent.store.tables import customers
from tests.store.make import NOW, make_customer


async def test_writing_twice_changes_once(database: Database) -> None:
    customer = make_customer()
    async with database.transaction("acme") as tx:
        assert await tx.customers.upsert(customer) is True
        assert await tx.customers.upsert(customer) is False
        assert await tx.customers.get("C1") == customer
        assert await tx.customers.upsert(make_customer(name="Durand SARL")) is True
        found = await tx.customers.get("C1")
        assert found is not None
        assert found.name == "Durand SARL"
        assert await tx.customers.get("C2") is None


async def test_contacts_follow_the_books_in_their_order(database: Database) -> None:
    anna, bert = Contact("anna@example.com", "Anna"), Contact("bert@example.com", "Bert")
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer(contacts=(anna, bert)))
        assert await tx.customers.upsert(make_customer(contacts=(bert, anna))) is True
        found = await tx.customers.get("C1")
        assert found is not None
        assert found.contacts == (bert, anna)
        assert await tx.customers.upsert(make_customer(contacts=())) is False  # nothing said
        await tx.customers.set_contacts("C1", ())
        found = await tx.customers.get("C1")
        assert found is not None
        assert found.contacts == ()


async def test_customers_are_found_by_address_and_domain(database: Database) -> None:
    shared = Contact("Compta@Group.example")
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer("C1", contacts=(shared, Contact("a@one.example"))))
        await tx.customers.upsert(make_customer("C2", contacts=(shared,)))
        assert await tx.customers.by_address("compta@GROUP.example") == ("C1", "C2")
        assert await tx.customers.by_address("a@one.example") == ("C1",)
        assert await tx.customers.by_domain("Group.Example") == ("C1", "C2")
        assert await tx.customers.by_address("group.example") == ()
        assert await tx.customers.addresses() == {"compta@group.example", "a@one.example"}
        assert await tx.customers.all_refs() == ("C1", "C2")


async def test_a_suppressed_address_shows_at_every_contact_now_and_later(
    database: Database,
) -> None:
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer("C1"))
        assert await tx.suppressions.add("ANNA@example.com", "bounced", NOW) is True
        assert await tx.suppressions.add("anna@example.com", "again", NOW) is False
        await tx.customers.upsert(make_customer("C2"))
        assert await tx.customers.upsert(make_customer("C1")) is False
        for ref in ("C1", "C2"):
            found = await tx.customers.get(ref)
            assert found is not None
            assert found.recipient() is None
            assert found.contacts[0].suppressed == "bounced"
        (known,) = await tx.suppressions.all()
        assert (known.address, known.reason, known.at) == ("anna@example.com", "bounced", NOW)
    async with database.snapshot("other") as tx:
        assert await tx.suppressions.all() == ()


async def test_due_customers_the_longest_due_first(database: Database) -> None:
    async with database.transaction("acme") as tx:
        for ref, hours in (("C1", -1), ("C2", -2), ("C3", 0), ("C4", 1)):
            await tx.customers.upsert(make_customer(ref))
            await tx.customers.look_again(ref, NOW + timedelta(hours=hours))
        await tx.customers.upsert(make_customer("C5"))
        assert await tx.customers.due(NOW, 10) == ("C2", "C1", "C3")
        assert await tx.customers.due(NOW, 1) == ("C2",)
        await tx.customers.look_again("C2", None)
        assert await tx.customers.due(NOW, 10) == ("C1", "C3")
    async with database.transaction("other") as tx:
        await tx.customers.upsert(make_customer("X1"))
    async with database.transaction("acme") as tx:
        await tx.customers.look_at_all(NOW)
        assert set(await tx.customers.due(NOW, 10)) == {"C1", "C2", "C3", "C4", "C5"}
    async with database.snapshot("other") as tx:
        assert await tx.customers.due(NOW, 10) == ()


async def test_load_many_takes_more_than_one_query_holds(database: Database) -> None:
    async with database.transaction("acme") as tx:
        refs = [f"C{number}" for number in range(1100)]
        await tx.customers._insert_many(
            customers,
            [{"company": "acme", "ref": r, "name": r, "language": "", "country": ""} for r in refs],
        )
        assert len(await tx.accounts.load_many([*refs, *refs, "nobody"])) == 1100


async def test_looking_for_due_customers_among_many_uses_the_index(database: Database) -> None:
    rows = [
        {
            "company": "acme", "ref": f"C{number}", "name": "x", "language": "", "country": "",
            "next_look_at": NOW + timedelta(minutes=number),
        }
        for number in range(100_000)
    ]  # fmt: skip
    async with database.writing() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        await connection.execute(customers.insert(), rows)
        await connection.execute(text("ANALYZE customers"))
        query = due_customers("acme", NOW + timedelta(minutes=50), 500).compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        explain = "EXPLAIN QUERY PLAN" if on_sqlite else "EXPLAIN"
        plan = str((await connection.execute(text(f"{explain} {query}"))).all())
    assert "ix_customers_due" in plan
    assert "SCAN" not in plan
    assert "Seq Scan" not in plan
    assert "TEMP B-TREE" not in plan  # the index gives the order too


@pytest.mark.parametrize("name", ["nul \0 inside", "half \ud83d a smiley"])
async def test_strange_characters_do_not_stop_us(database: Database, name: str) -> None:
    async with database.transaction("acme") as tx:
        await tx.customers.upsert(make_customer(name=name))
        found = await tx.customers.get("C1")
        assert found is not None
        assert found.name in {"nul  inside", "half ? a smiley"}
