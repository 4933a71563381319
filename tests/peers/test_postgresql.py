"""The PostgreSQL of the tests gives each test an empty database."""

from __future__ import annotations

import psycopg
import pytest


@pytest.mark.parametrize("_run", ["first", "second"])
def test_each_test_has_an_empty_database(postgresql_url: str, _run: str) -> None:
    address = postgresql_url.replace("+psycopg", "")
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchone() == (0,)
        connection.execute("CREATE TABLE invoice (number text)")
