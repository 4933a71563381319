"""PostgreSQL without durability: fast, and gone when the tests end."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.peers.free_port import free_port
from tests.peers.server import new_directory, program, running, said, unprivileged

DEBIAN_BINARIES = [str(path) for path in Path("/usr/lib/postgresql").glob("*/bin")]
USER = "mailagent"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "Pacific/Auckland",  # far from UTC: a naive time shows at once
}


@dataclass(frozen=True)
class PostgresqlServer:
    """A running server; whoever connects is let in."""

    port: int

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The URL of a new, empty database."""
        self.run(f"CREATE DATABASE {name}")
        yield f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(statement.encode())

    @property
    def address(self) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"


@contextlib.contextmanager
def postgresql() -> Iterator[PostgresqlServer]:
    """A running PostgreSQL."""
    binary = program("postgres", "postgresql", *DEBIAN_BINARIES)
    directory = new_directory("postgresql")
    data = directory / "data"
    initialise(directory, data)
    server = PostgresqlServer(free_port())
    settings = {**SETTINGS, "port": str(server.port), "unix_socket_directories": str(directory)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = unprivileged(binary, "-D", str(data), *options)
    # SIGINT: stop without waiting for clients.
    with running(command, directory, lambda: accepts(server), stop=signal.SIGINT):
        yield server


def initialise(directory: Path, data: Path) -> None:
    initdb = program("initdb", "postgresql", *DEBIAN_BINARIES)
    options = (f"--username={USER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    with (directory / "initdb.log").open("wb") as log:
        command = unprivileged(initdb, "-D", str(data), *options)
        if (
            subprocess.run(command, stdout=log, stderr=log, cwd=directory, check=False).returncode
            != 0
        ):
            raise RuntimeError(f"initdb failed: {said(directory)}")


def accepts(server: PostgresqlServer) -> bool:
    try:
        psycopg.connect(server.address).close()
    except psycopg.OperationalError:
        return False
    return True
