"""Secrets: where they are found, and when they are refused."""

from __future__ import annotations

import pytest


def passwords(folder):
    (config,) = folder.load().companies
    return config.imap.server.login.password, config.smtp.server.login.password


def test_one_newline_at_the_end_is_dropped(folder):
    folder.secret("lambert_imap_password", " s3cret with spaces \n")
    assert passwords(folder) == (" s3cret with spaces ", " s3cret with spaces ")
    folder.secret("lambert_imap_password", "s3cret\r\n")
    assert passwords(folder)[0] == "s3cret"


def test_smtp_has_its_own_password_when_given(folder):
    folder.secret("lambert_smtp_password", "s3cret-smtp")
    assert passwords(folder) == ("s3cret-imap", "s3cret-smtp")


def test_another_smtp_login_needs_its_own_password(folder):
    text = folder.company.read_text("utf-8")
    head, tail = text.split("[smtp]")
    folder.company.write_text(f'{head}[smtp]\nusername = "relay"{tail}', "utf-8")
    problem = folder.problem()
    assert problem.what == "smtp.password"
    assert "lambert_smtp_password" in problem.hint


def test_systemd_credentials_come_first(folder, tmp_path):
    given = tmp_path / "run"
    given.mkdir()
    folder.environ["CREDENTIALS_DIRECTORY"] = str(given)
    for name, text in (("mailagent_lambert_imap_password", "from-folder"), ("imap_password", "x")):
        (given / name).write_text(text)
        (given / name).chmod(0o400)
    assert passwords(folder)[0] == "from-folder"
    (given / "lambert_imap_password").write_text("from-unit")
    (given / "lambert_imap_password").chmod(0o440)
    assert passwords(folder)[0] == "from-unit"


def test_the_environment_can_hold_secrets(folder):
    (folder.path / "credentials" / "lambert_imap_password").unlink()
    folder.environ["MAILAGENT_IMAP_PASSWORD"] = "shared"
    assert passwords(folder) == ("shared", "shared")
    folder.environ["MAILAGENT_LAMBERT_IMAP_PASSWORD"] = "own"
    folder.environ["MAILAGENT_LAMBERT_SMTP_PASSWORD"] = "leaving"
    assert passwords(folder) == ("own", "leaving")


def test_a_file_named_by_the_configuration(folder):
    folder.change('# password_file = ""', 'password_file = "mine"')
    problem = folder.problem()
    assert problem.what == "imap.password_file"
    assert "cannot be read: no such file" in problem.why
    folder.write("mine", "s3cret-mine\n")
    (folder.path / "mine").chmod(0o600)
    assert passwords(folder)[0] == "s3cret-mine"


def test_no_secret_is_a_problem_that_says_where_to_put_it(folder):
    (folder.path / "credentials" / "lambert_imap_password").unlink()
    problem = folder.problem()
    assert problem.what == "imap.password"
    assert str(folder.path / "credentials" / "lambert_imap_password") in problem.hint


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        ("s3cret", 0o644, "everybody on this machine"),
        ("s3cret", 0o604, "everybody on this machine"),
        ("", 0o600, "is empty"),
        ("\n", 0o600, "is empty"),
        ("s3cret\nmore\n", 0o600, "more than one line"),
        ("s3cret\0", 0o600, "more than one line"),
    ],
)
def test_secrets_that_cannot_be_used(folder, text, mode, why):
    folder.secret("lambert_imap_password", text, mode)
    assert why in folder.problems()[0].why


def test_binary_secrets_are_refused(folder):
    (folder.path / "credentials" / "lambert_imap_password").write_bytes(b"\xff\xfe")
    assert "is not text" in folder.problems()[0].why


@pytest.mark.parametrize("key", ["password", "passwd", "smtp_password", "client_secret", "token"])
def test_secrets_in_the_configuration_are_refused(folder, key):
    folder.change("# port = 993", f'{key} = "s3cret"')
    problem = folder.problem()
    assert problem.what == f"imap.{key}"
    assert problem.why == "a secret never stands in the configuration"


def test_secrets_do_not_show(folder):
    assert "s3cret" not in repr(folder.load())
