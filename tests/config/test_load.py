"""Loading: one file is enough, and every fault is told with its place and its remedy."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from mailagent.config import default_folder, load
from mailagent.core.company import Mode, Policy, SendingWindow
from mailagent.core.sequence import Channel
from mailagent.core.server import Security
from mailagent.errors import ConfigError
from mailagent.message.template_check import check_templates
from mailagent.resources import resource_folder


def test_one_company_works_with_one_file(folder):
    settings = folder.load()
    (config,) = settings.companies
    assert settings.company("lambert") is config
    assert settings.company("nobody") is None
    company = config.company
    assert company.id == "lambert"
    assert company.legal.registration == "732829320"
    assert company.bank.iban == "FR7630006000011234567890189"
    assert company.mode is Mode.SHADOW
    assert company.policy == Policy()
    assert company.window == SendingWindow()
    assert company.sequence in settings.sequences
    assert settings.templates == resource_folder("templates")
    assert settings.state_folder == folder.path / "home/.local/state/mailagent"
    assert settings.database == f"sqlite+aiosqlite:///{settings.state_folder}/mailagent.db"
    assert (settings.log_level, settings.log_json) == ("info", True)
    assert config.imap.server.login.username == company.address
    assert config.imap.server.security is Security.TLS
    assert config.smtp.server.login.password == "s3cret-imap"
    assert check_templates(settings) == ()


def test_default_sequence_goes_from_a_courtesy_note_to_hand_over(folder):
    steps = folder.load().sequences["standard"].steps
    assert [s.offset for s in steps] == [-3, 3, 10, 20, 30, 40, 55]
    assert [s.channel for s in steps if not s.template] == [Channel.CALL, Channel.HAND_OVER]
    (formal,) = (s for s in steps if s.tone == "formal")
    assert (formal.task, formal.approval, formal.deadline_days) == (Channel.LETTER, True, 8)


def test_every_key_of_policy_and_window_counts(folder):
    folder.change("# freshness_minutes = 10", "freshness_minutes = 20")
    folder.change("# act_from = 2026-01-01", "act_from = 2026-01-01")
    folder.change("# opens = 08:30:00", 'opens = "09:15"')
    folder.change('# weekdays = ["mon", "tue", "wed", "thu", "fri"]', 'weekdays = ["sat", "sun"]')
    company = folder.load().companies[0].company
    assert company.policy.freshness == timedelta(minutes=20)
    assert company.policy.act_from == date(2026, 1, 1)
    assert company.window == SendingWindow(time(9, 15), time(18, 0), frozenset({5, 6}))


def test_several_companies(folder, second):
    second("martin")
    assert [c.company.id for c in folder.load().companies] == ["lambert", "martin"]


def test_two_companies_cannot_share_a_mailbox(folder, second):
    second("martin")
    folder.change("# aliases = []", 'aliases = ["Martin@lambert.example"]')
    problem = folder.problem()
    assert "martin@lambert.example is already that of lambert.toml" in problem.why


def test_a_relay_without_login(folder):
    folder.change("# login = true", "login = false")
    assert folder.load().companies[0].smtp.server.login is None


def test_plain_connections_stay_on_this_machine(folder):
    folder.change(
        'host = "smtp.lambert.example"', 'host = "127.0.0.1"\nport = 25\nsecurity = "none"'
    )
    assert folder.load().companies[0].smtp.server.security is Security.NONE


CHANGES = [
    ('address = "comptabilite@lambert.example"', "", "address", "is missing"),
    ("comptabilite@lambert.example", "a+b@lambert.example", "address", "not a mail address"),
    ("comptabilite@lambert.example", "a@lambert.example\\nBcc: x@y.fr", "address", "not a mail"),
    ('sender_name = "Claire Martin"', 'sender_name = ""', "sender_name", "is empty"),
    ('"Claire Martin"', '"Claire\\r\\nBcc: x"', "sender_name", "line break"),
    ('# language = "fr"', 'language = "xx"', "language", "has no templates"),
    ("# timezone", 'timezone = "Europe/Pari"\n#', "timezone", "not a time zone"),
    ("# region", 'region = "Mars"\n#', "region", "not a region of FR"),
    ("# sequence", 'sequence = "stern"\n#', "sequence", "no sequence there is"),
    ("# currency", 'currency = "Euro"\n#', "currency", "not a currency"),
    ("# mode", 'mode = "loud"\n#', "mode", "'shadow', 'assisted' or 'automatic'"),
    ("# plus_addressing", "plus_adressing = true\n#", "plus_adressing", "not a known key"),
    ("# country", 'country = "ZZ"\n#', "legal.country", "not a country"),
    ("732 829 320", "732 829 321", "legal.registration", "not a valid SIREN"),
    ('registry = "RCS Lyon"', "", "legal.registry", "R123-237"),
    ('capital = "10 000 €"', "", "legal.capital", "R123-238"),
    ('legal_form = "SARL"', "", "legal.legal_form", "is missing"),
    ("# vat_number", 'vat_number = "FR45732829320"\n#', "legal.vat_number", "not a valid VAT"),
    ("# vat_number", 'vat_number = "FR40303265045"\n#', "legal.vat_number", "this SIREN"),
    ('address = ["12 rue des Tanneurs", "69002 Lyon"]', "", "legal.address", "is missing"),
    ('["12 rue des Tanneurs", "69002 Lyon"]', "[]", "legal.address", "is empty"),
    ("7890 189", "7890 188", "bank.iban", "not a valid IBAN"),
    ("# bic", 'bic = "AGRI"\n#', "bank.bic", "not a valid BIC"),
    ('host = "imap.lambert.example"', "", "imap.host", "is missing"),
    ("# port = 993", "port = 99999", "imap.port", "less than or equal to 65535"),
    ("# port = 993", "port = 143", "imap.security", "does not go with port 143"),
    ("# port = 465", 'port = 465\nsecurity = "starttls"', "smtp.security", "with port 465"),
    ("# port = 993", 'security = "none"', "imap.security", "in the clear"),
    ("# ca_file", 'ca_file = "/nowhere.pem"\n#', "imap.ca_file", "not there"),
    ("claire@lambert", "claire@evil", "staff[1].address", "outside your own domains"),
    ("# opens = 08:30:00", "opens = 19:00:00", "window.closes", "not later than opens"),
    ("# closes", "closes = 26\n#", "window.closes", "not a time of day"),
    ("# daily_ceiling = 500", "daily_ceiling = 0", "policy.daily_ceiling", "greater than"),
]


@pytest.mark.parametrize(("old", "new", "what", "why"), CHANGES, ids=[c[2] for c in CHANGES])
def test_each_fault_is_named(folder, old, new, what, why):
    folder.change(old, new)
    problem = folder.problem()
    assert problem.what == what
    assert why in problem.why
    assert problem.where.startswith(f"{folder.company}:") or not new


def test_all_faults_are_told_at_once(folder):
    for old, new in (
        ("732 829 320", "732 829 321"),
        ("7890 189", "7890 188"),
        ("claire@lambert", "claire@evil"),
        ("# port = 993", "prt = 1"),
    ):
        folder.change(old, new)
    folder.write("mailagent.toml", 'log_level = "loud"\nlog_fromat = "text"\n')
    folder.write("sequences.toml", "[mine]\nsteps = []\n")
    folder.write("companies/broken.toml", "address = \n")
    folder.write("companies/Not A Name.toml", "")
    folder.environ["MAILAGENT_LOG_FORMAT"] = "xml"
    assert sorted(p.what for p in folder.problems()) == [
        "Not A Name.toml",
        "bank.iban",
        "broken.toml",
        "imap.prt",
        "legal.registration",
        "log_format",
        "log_fromat",
        "log_level",
        "mine.steps",
        "staff[1].address",
    ]


def test_the_line_of_a_fault_is_told(folder):
    folder.change("7890 189", "7890 188")
    line = next(
        n for n, text in enumerate(folder.company.read_text().splitlines(), 1) if "iban" in text
    )
    assert folder.problem().where == f"{folder.company}:{line}"


def test_a_missing_table_says_what_belongs_into_it(folder):
    text = folder.company.read_text()
    folder.company.write_text(text.replace("[bank]", "[bnak]"))
    problems = {p.what: p for p in folder.problems()}
    assert problems["bnak"].hint == "Did you mean bank?"
    assert "Add [bank] with iban, holder" in problems["bank"].hint


def test_sole_traders_and_foreign_companies_have_fewer_mentions(folder):
    folder.change('legal_form = "SARL"', 'legal_form = "EI"')
    folder.change('capital = "10 000 €"', "")
    folder.change('registry = "RCS Lyon"', "")
    assert folder.load().companies[0].company.legal.capital == ""
    folder.change("# country", 'country = "DE"\n#')
    folder.change('"732 829 320"', '"HRB 1234"')
    folder.change('legal_form = "EI"', 'legal_form = "GmbH"')
    assert folder.load().companies[0].company.legal.registration == "HRB 1234"


def test_staff_of_the_accounting_firm(folder):
    folder.change("# staff_domains = []", 'staff_domains = ["Cabinet.example"]')
    folder.change("claire@lambert.example", "claire@cabinet.example")
    assert folder.load().companies[0].company.staff_addresses == {"claire@cabinet.example"}


def test_long_mailbox_names_leave_no_room_for_tokens(folder):
    folder.change("comptabilite@lambert.example", "a" * 40 + "@lambert.example")
    folder.change("# plus_addressing = false", "plus_addressing = true")
    assert folder.problem().what == "plus_addressing"


def test_no_folder_and_no_company(tmp_path):
    with pytest.raises(ConfigError, match="there is no such folder"):
        load(tmp_path / "absent", {})
    with pytest.raises(ConfigError, match="there is no company"):
        load(tmp_path, {"HOME": "/nowhere"})


def test_unreadable_and_binary_files(folder):
    (folder.path / "mailagent.toml").write_bytes(b"\xff\xfe")
    (folder.path / "sequences.toml").mkdir()
    assert {p.what: p.why for p in folder.problems()} == {
        "mailagent.toml": "is not UTF-8 text",
        "sequences.toml": "cannot be read: is a directory",
    }


def test_main_file_and_environment(folder):
    folder.write(
        "mailagent.toml",
        'database = "postgresql+psycopg://mailagent@db/mailagent"\nlog_format = "text"\n'
        'state_folder = "state"\nlog_level = "debug"\n',
    )
    folder.environ["MAILAGENT_LOG_LEVEL"] = "warning"
    settings = folder.load()
    assert settings.database == "postgresql+psycopg://mailagent@db/mailagent"
    assert settings.state_folder == folder.path / "state"
    assert (settings.log_level, settings.log_json) == ("warning", False)


def test_the_process_environment_is_not_read(folder, monkeypatch):
    monkeypatch.setenv("DATABASE", "mysql://x")
    monkeypatch.setenv("MAILAGENT_LOG_LEVEL", "debug")
    assert folder.load().log_level == "info"


def test_database_addresses(folder):
    folder.write("mailagent.toml", 'database = "mysql://localhost/x"')
    assert "not a database" in folder.problem().why
    folder.write("mailagent.toml", 'database = "postgresql+psycopg://m:s3cret@db/m"')
    assert "contains a password" in folder.problem().why
    folder.write("mailagent.toml", "")
    folder.secret("database", "postgresql+psycopg://m:s3cret@db/m\n")
    settings = folder.load()
    assert settings.database == "postgresql+psycopg://m:s3cret@db/m"
    assert "s3cret" not in repr(settings)
    folder.environ["MAILAGENT_DATABASE"] = "sqlite+aiosqlite:///x.db"
    assert folder.load().database == "sqlite+aiosqlite:///x.db"


def test_a_bad_secret_database_is_a_problem(folder):
    folder.secret("database", "s3cret-nonsense")
    assert folder.problem().what == "database"


def test_templates_of_ones_own(folder):
    folder.write("mailagent.toml", 'templates = "words"')
    assert "no such folder" in folder.problem().why
    own = folder.path / "words" / "fr" / "first_reminder"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("Facture")
    problems = check_templates(folder.load())
    assert {p.what for p in problems} == {"d+3"}


def test_a_companys_language_needs_every_template(folder):
    folder.write("mailagent.toml", 'templates = "words"')
    own = folder.path / "words" / "de" / "first_reminder"
    own.mkdir(parents=True)
    (own / "subject.txt").write_text("Rechnung {{ subject_token }}")
    folder.change('# language = "fr"', 'language = "de"')
    problems = check_templates(folder.load())
    assert {p.what for p in problems} == {"d-3", "d+3", "d+10", "d+20", "d+40"}


def test_sequences_of_ones_own(folder):
    folder.write(
        "sequences.toml",
        '[gentle]\nmin_gap = 9\n[[gentle.steps]]\nid = "b"\noffset = 9\nchannel = "call"\n'
        '[[gentle.steps]]\nid = "a"\noffset = 2\nchannel = "email"\ntemplate = "first_reminder"\n',
    )
    folder.change("# sequence", 'sequence = "gentle"\n#')
    settings = folder.load()
    assert set(settings.sequences) == {"gentle", "standard"}
    assert [s.id for s in settings.sequences["gentle"].steps] == ["a", "b"]
    assert settings.sequences["gentle"].min_gap == 9


STEP = '[x]\n[[x.steps]]\nid = "a"\noffset = 1\nchannel = "email"\ntemplate = "first_reminder"\n'


@pytest.mark.parametrize(
    ("text", "what", "why"),
    [
        (STEP.replace("first_reminder", "frist"), "x.steps[1].template", "names no template"),
        (STEP.replace('template = "first_reminder"\n', ""), "x.steps[1].template", "needs one"),
        (STEP.replace('"email"', '"call"'), "x.steps[1].template", "without a mail"),
        (STEP.replace('"email"', '"fax"'), "x.steps[1].channel", "'hand_over'"),
        (STEP + 'tone = "rude"\n', "x.steps[1].tone", "'polite'"),
        (STEP + 'task = "email"\n', "x.steps[1].task", "done by a person"),
        (STEP + "delay = 3\n", "x.steps[1].delay", "not a known key"),
        (STEP + STEP.replace("[x]\n", ""), "x.steps", "use an id twice: a"),
        (STEP.replace("[x]", '[x]\nentry = "z"'), "x.entry", "names no step"),
        (STEP.replace('"a"', '"A B"'), "x.steps[1].id", "match pattern"),
        ("min_gap = 5\n", "min_gap", "valid dictionary"),
    ],
)
def test_each_fault_of_a_sequence_is_named(folder, text, what, why):
    folder.write("sequences.toml", text)
    problem = folder.problem()
    assert problem.what == what
    assert why in problem.why
    assert problem.where.startswith(f"{folder.path / 'sequences.toml'}:")


def test_where_the_configuration_lies(tmp_path):
    home = {"HOME": str(tmp_path)}
    assert default_folder(
        home | {"MAILAGENT_CONFIG": "/a", "CONFIGURATION_DIRECTORY": "/b"}
    ) == Path("/a")
    assert default_folder(home | {"CONFIGURATION_DIRECTORY": "/b:/c"}) == Path("/b")
    (tmp_path / ".config" / "mailagent").mkdir(parents=True)
    assert default_folder(home) == tmp_path / ".config" / "mailagent"
    assert default_folder(home | {"XDG_CONFIG_HOME": str(tmp_path)}) in {
        tmp_path / "mailagent",
        Path("/etc/mailagent"),
    }


def test_where_the_state_lies(folder):
    folder.environ["STATE_DIRECTORY"] = "/var/lib/mailagent"
    assert folder.load().state_folder == Path("/var/lib/mailagent")
    folder.write("mailagent.toml", 'state_folder = "/srv/mail"')
    assert folder.load().state_folder == Path("/srv/mail")
