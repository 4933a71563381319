"""`mailagent init`, answered as a person would, against real servers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from mailagent.cli.commands import app
from mailagent.cli.new_company import Place
from mailagent.config import load
from mailagent.core.company import Mode
from mailagent.core.server import Security
from tests.peers.mail_host import MailHost
from tests.peers.postfix import SmtpHost

COMPANY = [
    "Menuiserie Lambert", "", "", "", "732829320", "RCS Lyon", "10 000 €", "",
    "12, rue des Tanneurs; 69002 Lyon", "FR76 3000 6000 0112 3456 7890 189", "", "",
    "claire@example.test; bob@cabinet.test",
]  # fmt: skip
Init = Callable[..., Result]


@pytest.fixture
def init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dovecot: MailHost) -> Init:
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.ca_file))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*answers: str) -> Result:
        given = "\n".join(answers) + "\n"
        return CliRunner().invoke(app, ["--config", str(tmp_path / "etc"), "init"], input=given)

    return run


@pytest.fixture
def mailbox(dovecot: MailHost, postfix: SmtpHost) -> list[str]:
    servers = [f"127.0.0.1:{dovecot.imaps_port}", f"127.0.0.1:{postfix.submissions_port}"]
    return ["Compta@example.test", *servers, "", dovecot.password]


@pytest.mark.needs_root
def test_the_answers_become_a_sound_configuration(
    init: Init, mailbox: list[str], tmp_path: Path
) -> None:
    done = init(*mailbox, *COMPANY)

    assert done.exit_code == 0, done.output
    assert done.output.count("login works") == 2
    assert mailbox[-1] not in done.output
    secret = tmp_path / "etc/credentials/menuiserie-lambert_imap_password"
    assert secret.stat().st_mode & 0o777 == 0o600
    (one,) = load(tmp_path / "etc", {"HOME": str(tmp_path)}).companies
    assert one.company.mode is Mode.SHADOW
    assert one.company.address == "compta@example.test"
    assert one.company.legal.address == ("12, rue des Tanneurs", "69002 Lyon")
    assert one.company.staff_addresses == {"claire@example.test", "bob@cabinet.test"}
    assert f"mailagent --config {tmp_path / 'etc'} import invoices FILE.csv" in done.output


@pytest.mark.needs_root
def test_a_refused_login_is_asked_again(init: Init, mailbox: list[str], tmp_path: Path) -> None:
    wrong = [*mailbox[:-1], "wrong"]

    done = init(*wrong, "y", "", "", "", "", mailbox[-1], *COMPANY)

    assert done.exit_code == 0, done.output
    assert "Check user name and password." in done.output
    assert (tmp_path / "etc/companies/menuiserie-lambert.toml").exists()


@pytest.mark.needs_root
def test_without_a_login_nothing_is_written_unless_wanted(
    init: Init, mailbox: list[str], tmp_path: Path
) -> None:
    done = init(*mailbox[:-1], "wrong", "n", "n")

    assert done.exit_code == 1
    assert "Nothing was written." in done.output
    assert not (tmp_path / "etc").exists()


@pytest.mark.needs_root
def test_answers_that_end_early_write_nothing(
    init: Init, mailbox: list[str], tmp_path: Path
) -> None:
    done = init(*mailbox, *COMPANY[:3])

    assert done.exit_code == 1
    assert "Nothing was written." in done.output
    assert not (tmp_path / "etc").exists()


@pytest.mark.needs_root
def test_a_bad_answer_is_asked_again_with_the_reason(init: Init, mailbox: list[str]) -> None:
    answers = COMPANY.copy()
    answers[9:9] = ["FR76 3000 6000 0112 3456 7890 188"]
    answers[4:4] = ["73282932000074"]

    done = init("nobody", *mailbox, *answers)

    assert done.exit_code == 0, done.output
    for words in (
        "'nobody' is not a mail address",
        "not the SIRET",
        "a digit is wrong or missing",
    ):
        assert words in done.output


@pytest.mark.needs_root
def test_what_only_fits_together_is_gone_through_again(init: Init, mailbox: list[str]) -> None:
    foreign_vat = [*COMPANY[:7], "FR40303265045", *COMPANY[8:]]
    again = [*[""] * 7, "FR44732829320", *[""] * 5]

    done = init(*mailbox, *foreign_vat, *again)

    assert done.exit_code == 0, done.output
    assert "does not belong to this SIREN" in done.output


@pytest.mark.parametrize(
    ("text", "place", "security"),
    [
        ("imap.example.fr", Place("imap.example.fr", 993), Security.TLS),
        ("imap.example.fr:143", Place("imap.example.fr", 143), Security.STARTTLS),
        ("smtp.example.fr:587", Place("smtp.example.fr", 587), Security.STARTTLS),
        ("[::1]:1", None, None),
        ("https://x", None, None),
        ("x:99999", None, None),
        ("x:y", None, None),
    ],
)
def test_servers_as_people_write_them(
    text: str, place: Place | None, security: Security | None
) -> None:
    if place is None:
        with pytest.raises(ValueError):
            Place.read(text, usual_port=993)
    else:
        assert Place.read(text, usual_port=993) == place
        assert place.security is security
