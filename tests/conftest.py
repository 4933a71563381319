"""Fixtures every test may ask for: real servers for the session, a mailbox of its own for each test."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peers.ca import CertificateAuthority, certificate_authority
from tests.peers.cyrus import cyrus as run_cyrus
from tests.peers.dovecot import dovecot as run_dovecot
from tests.peers.mail_host import MailHost, MailUser
from tests.peers.postfix import SmtpHost
from tests.peers.postfix import postfix as run_postfix
from tests.peers.postgresql import PostgresqlServer
from tests.peers.postgresql import postgresql as run_postgresql

ROOT = Path(__file__).parents[1]
numbers = itertools.count(1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """A test that does not run proves nothing: a skip is a failure, here as in CI."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """The same for a whole module."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as failed: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def test_ca(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    """The authority that signs every server of the session."""
    return certificate_authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="session")
def dovecot(test_ca: CertificateAuthority) -> Iterator[MailHost]:
    with run_dovecot(test_ca) as host:
        yield host


@pytest.fixture
def dovecot_user(dovecot: MailHost) -> MailUser:
    """A user whose mailbox is empty."""
    return dovecot.user(f"user{next(numbers)}")


@pytest.fixture(scope="session")
def cyrus(test_ca: CertificateAuthority) -> Iterator[MailHost]:
    with run_cyrus(test_ca) as host:
        yield host


@pytest.fixture
def cyrus_user(cyrus: MailHost) -> MailUser:
    """A user whose mailbox is empty."""
    return cyrus.user(f"user{next(numbers)}")


@pytest.fixture(params=["dovecot", "cyrus"])
def mail_user(request: pytest.FixtureRequest) -> MailUser:
    """The same test on both servers, each time with an empty mailbox."""
    host: MailHost = request.getfixturevalue(request.param)
    return host.user(f"user{next(numbers)}")


@pytest.fixture(scope="session")
def postfix(test_ca: CertificateAuthority, dovecot: MailHost) -> Iterator[SmtpHost]:
    """Submission and border server in one; its mail ends in Dovecot."""
    with run_postfix(test_ca, dovecot) as host:
        yield host


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    with run_postgresql() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgresqlServer) -> Iterator[str]:
    """A database without tables, dropped after the test."""
    with postgresql.database(f"test{next(numbers)}") as url:
        yield url


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it is delivered, built from this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", f"--outdir={folder}", ROOT]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.glob("*.whl")
    return made
