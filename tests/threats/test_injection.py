"""Text from outside that wants to be more than text: headers, templates, markup, terminals, paths, cells."""

from __future__ import annotations

import email
import email.policy
import json
import unicodedata

import pytest

from mailagent.cli.output import safe
from mailagent.core.outbox import OutboxState
from mailagent.flows.explain import why
from mailagent.flows.preview import inbox_of
from mailagent.log import masked
from mailagent.message.parse import parse
from tests.house import House
from tests.letters import reply
from tests.threats.siege import ANNE, active, journal, reminded

# Fields that our mails may have; anything else came from data.
FIELDS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References",
    "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Content-Language",
}  # fmt: skip
EVIL_NAMES = [
    "Petit\r\nBcc: x@evil.example",
    "Petit\nSubject: gratuit",
    "Petit\x0bBcc: x",
    "Petit\u2028Bcc: x",
    "Petit\x85Bcc: x",
    "=?utf-8?q?x=0D=0ABcc:_evil=40z.test?=",
    "Petit\x00\x1b]0;owned\x07",
    '"Petit" <x@evil.example>, y',
    "Petit\u202ereversed",
    "{{7*7}} {% for x in y %} ${7*7} #{7*7} <%= 7*7 %>",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "<script>alert(1)</script><img src=//evil.example/x>",
    '=HYPERLINK("//evil.example")',
]


@pytest.mark.parametrize("name", EVIL_NAMES)
async def test_imported_text_stays_text_in_our_mail(house: House, name: str):
    quoted = '"' + name.replace('"', '""') + '"'
    line = f"FA-2026-0042;C1;{quoted};{ANNE};2026-03-06;1200,00"
    await house.invoices(line)
    await house.plan()

    (mail,) = await house.outbox()
    message = email.message_from_bytes(await house.raw(mail), policy=email.policy.default)
    assert set(message.keys()) <= FIELDS
    assert len(message.keys()) == len(set(message.keys()))
    assert message["To"].addresses[0].addr_spec == ANNE
    assert len(message["To"].addresses) == 1
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "49" not in text.split("FA-2026-0042")[0]
    assert "<script" not in html
    assert "<img" not in html
    assert "\x1b" not in text + html + message["Subject"]
    if name.startswith("{{"):
        assert name in text or name not in html  # verbatim, or not named at all


@pytest.mark.parametrize(
    "number",
    [
        "{{7*7}}-1",
        "FA-1\r\nBcc: x@evil.example",
        "FA-1</td><script>x",
        "../../etc/passwd1",
        "FA 1\x1b[2J",
    ],
)
async def test_an_invoice_number_is_printed_and_never_obeyed(house: House, number: str):
    quoted = '"' + number.replace('"', '""') + '"'
    done = await house.invoices(f"{quoted};C1;Petit;{ANNE};2026-03-06;1200,00")
    await house.plan()

    assert done.new == 1
    (mail,) = await house.outbox()
    message = email.message_from_bytes(await house.raw(mail), policy=email.policy.default)
    assert set(message.keys()) <= FIELDS
    assert "<script" not in message.get_body(("html",)).get_content()
    assert "\x1b" not in (await house.raw(mail)).decode()
    assert "\n" not in mail.invoices[0]


async def test_a_bank_account_in_imported_text_never_leaves(house: House):
    """BEC by data: a number that is somebody's IBAN is stopped by the leak guard."""
    await house.invoices(f"IBAN DE89 3704 0044 0532 0130 00;C1;Petit;{ANNE};2026-03-06;1200,00")
    await house.plan()
    (mail,) = await house.outbox()
    assert mail.state is OutboxState.HELD
    assert "bank account" in mail.reason


SUBJECT = "\x1b]0;owned\x07\x1b[31mFA-2026-0042\x9b2J \u202egnp.exe \u200bhidden [red]x[/red]"


async def test_escapes_of_a_terminal_never_reach_it(house: House):
    await reminded(house)
    raw = reply(f"{SUBJECT} nous contestons", subject=SUBJECT)
    await house.receive(raw.replace(b"To: <", b"To: \x1b[2J <"))

    shown = [*await inbox_of(house.setup, house.db, None, 10)]
    told = await why("FA-2026-0042", house.setup, house.db, house.clock.now())
    for text in [shown[0]["reason"], shown[0]["sender"], *(h["evidence"] for h in told["holds"])]:
        assert harmless(safe(text))
        assert harmless(masked(text))
    assert active(await house.account("C1"), house)
    json.dumps([e.data for e in await journal(house)])


def harmless(text: str) -> bool:
    """No character that drives, hides or turns round."""
    return all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)


def test_what_a_person_cannot_see_is_shown_to_him():
    shown = safe("photo\u202egnp.exe pay\u200bpal \x1b[2J [bold]x")
    assert harmless(shown)
    assert "202E" in shown
    assert "200B" in shown
    assert "\\[bold]" in shown


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/cron.d/x",
        "/etc/passwd",
        "a\x00b.pdf",
        "C:\\x\\..\\y",
        "x" * 300,
        "con",
        "a\r\nb.pdf",
    ],
)
def test_an_attachment_name_is_a_label(name: str):
    raw = (
        b'From: a@b.example\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="'
        + name.encode()
        + b'"\r\n\r\n%PDF'
    )
    (attachment,) = parse(raw).attachments
    assert len(attachment.filename) <= 200
    assert harmless(attachment.filename)


async def test_no_file_is_written_for_an_attachment(house: House, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = {p.name for p in tmp_path.iterdir()}
    raw = (
        f"From: <{ANNE}>\r\nTo: compta@martin.example\r\nSubject: x\r\n"
        'Content-Type: application/octet-stream; name="../owned"\r\n'
        'Content-Disposition: attachment; filename="../owned"\r\n\r\nx'
    ).encode()
    await house.receive(raw)
    assert {p.name for p in tmp_path.iterdir()} <= before | {"mailagent.db-wal", "mailagent.db-shm"}
    assert not (tmp_path.parent / "owned").exists()
