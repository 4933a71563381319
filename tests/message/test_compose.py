"""Composed mails: read back by both e-mail policies, and never more headers than asked for."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.sequence import Channel, Step
from mailagent.message.compose import Enclosure, Letterhead, compose
from mailagent.message.render import Rendered, Templates
from mailagent.message.samples import sample_contexts
from mailagent.resources import resource_folder

ID = "<abcdefghijklmnopqrstuvwxyz@example.fr>"
EARLIER = "<earlier@example.fr>"
WORDS = Rendered(
    subject="Facture FA-2026-0042 : échéance du 15 mars [FA-2026-0042]",
    text="Bonjour,\n\nreste dû 1 200,00 € sur l'été\n",
    html="<p>Bonjour,</p>\n<p>reste dû 1 200,00 €</p>\n",
)
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
]


def letterhead(**changes):
    facts = {
        "sender": "compta@example.fr",
        "sender_name": "Claire Martin",
        "recipient": "client@example.com",
        "recipient_name": "Jean Dupont",
        "date": datetime(2026, 3, 18, 9, 30, tzinfo=timezone(timedelta(hours=1))),
        "message_id": ID,
    }
    return Letterhead(**(facts | changes))


def read(raw):
    """The mail as the modern parser sees it, after looking at its wire form."""
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    mail = email.message_from_bytes(raw, policy=policy.default)
    for part in mail.walk():
        assert not part.defects
        assert all(not value.defects for value in part.values())
    return mail


def content(part):
    return part.get_content().replace("\r\n", "\n")


def words(subject="x", text="x\n", html=""):
    return Rendered(subject, text, html)


def test_both_policies_read_the_mail_back():
    raw = compose(WORDS, letterhead())
    mail = read(raw)
    assert list(mail.keys()) == FIELDS
    assert mail["Subject"] == WORDS.subject
    assert mail["From"].addresses[0].display_name == "Claire Martin"
    assert mail["To"].addresses[0].addr_spec == "client@example.com"
    assert mail["Date"].datetime == datetime(2026, 3, 18, 8, 30, tzinfo=UTC)
    assert mail["Message-ID"] == ID
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail.get_content_type() == "multipart/alternative"
    assert content(mail.get_body(("plain",))) == WORDS.text
    assert content(mail.get_body(("html",))) == WORDS.html
    old = email.message_from_bytes(raw, policy=policy.compat32)
    text, html = old.get_payload()
    assert text.get_payload(decode=True).decode() == WORDS.text.replace("\n", "\r\n")
    assert html.get_payload(decode=True).decode() == WORDS.html.replace("\n", "\r\n")


def test_same_facts_give_the_same_bytes():
    files = [Enclosure("a.pdf", b"%PDF")]
    assert compose(WORDS, letterhead(), files) == compose(WORDS, letterhead(), files)


def test_without_html_the_mail_is_plain_text():
    mail = read(compose(words(text="Bonjour\n"), letterhead()))
    assert mail.get_content_type() == "text/plain"
    assert content(mail) == "Bonjour\n"


@pytest.mark.parametrize(
    "filename",
    ["FA-2026-0042.pdf", "Facture d'été n° 7.pdf", "発票.pdf", "a" * 300 + ".pdf", "😀" * 300],
)
def test_enclosures_keep_their_name_and_bytes(filename):
    content = bytes(range(256)) * 30
    mail = read(compose(WORDS, letterhead(), [Enclosure(filename, content)]))
    assert mail.get_content_type() == "multipart/mixed"
    (enclosed,) = mail.iter_attachments()
    assert enclosed.get_content() == content
    assert enclosed.get_content_type() == "application/pdf"
    name = enclosed.get_filename()
    assert name == filename or (len(name) <= 64 and name.endswith(filename[-4:]))


@pytest.mark.parametrize("filename", ["", " ", "\u00a0", "...", "\r\n", "\u202e"])
def test_files_without_a_usable_name_get_one(filename):
    (enclosed,) = read(compose(WORDS, letterhead(), [Enclosure(filename, b"x")])).iter_attachments()
    assert enclosed.get_filename() == "document"


def test_file_names_have_an_ascii_form_for_old_programs():
    raw = compose(WORDS, letterhead(), [Enclosure("Facture d'été.pdf", b"x")])
    assert b'name="Facture d\'ete.pdf"' in raw
    assert b"filename*=utf-8''Facture%20d%27%C3%A9t%C3%A9.pdf" in raw
    assert b'name="a-b-c.pdf"' in compose(WORDS, letterhead(), [Enclosure("a＂b／c.pdf", b"x")])
    assert b'name="document.pdf"' in compose(WORDS, letterhead(), [Enclosure("発票.pdf", b"x")])


def test_reply_to_and_thread():
    earlier = ("<first@example.fr>", "<second@example.fr>")
    mail = read(
        compose(
            WORDS,
            letterhead(reply_to="compta+token@example.fr", in_reply_to=EARLIER, references=earlier),
        )
    )
    assert mail["Reply-To"].addresses[0].addr_spec == "compta+token@example.fr"
    assert mail["In-Reply-To"] == EARLIER
    assert mail["References"].split() == [*earlier, EARLIER, ID]


def test_own_id_stands_once_in_references():
    mail = read(compose(WORDS, letterhead(references=(ID, EARLIER, EARLIER))))
    assert mail["References"].split() == [EARLIER, ID]


def test_long_threads_keep_the_first_and_the_newest():
    ids = tuple(f"<{n}@example.fr>" for n in range(50))
    kept = read(compose(WORDS, letterhead(references=ids)))["References"].split()
    assert kept[0] == ids[0]
    assert kept[1:-1] == list(ids[-19:])


def test_ids_are_never_encoded_however_long():
    long = f"<{'x' * 190}@{'y' * 200}.example>"
    raw = compose(WORDS, letterhead(message_id=long, in_reply_to=long, references=(long, EARLIER)))
    assert raw.count(long.encode()) == 2  # Message-ID and References: no mail answers itself
    assert b"=?" not in raw.split(b"Message-ID:")[1].split(b"Auto-Submitted")[0]
    assert read(raw)["Message-ID"] == long


def test_what_is_not_an_id_is_left_out_of_the_thread():
    bad = ("null", "<a b@c>", "<x@y>\r\nBcc: thief@example.com", "<" + "x" * 5000 + "@y>", "")
    mail = read(compose(WORDS, letterhead(references=bad, in_reply_to=bad[2])))
    assert list(mail.keys()) == FIELDS
    assert mail["References"] == ID


@pytest.mark.parametrize(
    "subject",
    [
        "Facture " + "très " * 100 + "longue",
        "plain words " * 60,
        "x" * 3000,
        "é" * 500,
        "=?utf-8?q?not_encoded_by_us?=",
        "tab\tand  two spaces",
        "",
        "発票 " * 90,
    ],
)
def test_subjects_are_folded_and_come_back(subject):
    raw = compose(words(subject), letterhead())
    mail = read(raw)
    # Folding may not change anything but the width of a gap.
    assert str(mail["Subject"]).split() == subject.split()
    field = raw.split(b"Subject:")[1].split(b"\r\nDate:")[0]
    for line in field.split(b"\r\n"):
        assert len(line) <= 78 or b" " not in line.strip()
        assert all(len(word) <= 75 for word in line.split() if word.startswith(b"=?"))


@pytest.mark.parametrize(
    "name",
    [
        "Claire Martin",
        "Société Générale d'Été",
        "Dupont, Fils & Cie (Lyon)",
        'The "Best" \\ Company',
        "発票株式会社",
        "Ann O'Neil",
        "x" * 200,
        "mail@example.com",
        "=?utf-8?q?trick?=",
        "",
    ],
)
def test_names_come_back(name):
    mail = read(compose(WORDS, letterhead(sender_name=name, recipient_name=name)))
    for field in ("From", "To"):
        (address,) = mail[field].addresses
        assert address.display_name == name
    assert mail["From"].addresses[0].addr_spec == "compta@example.fr"


INJECTIONS = [
    "x\r\nBcc: thief@example.com",
    "x\nBcc: thief@example.com",
    "x\rBcc: thief@example.com",
    "x\r\n\r\nbody of another mail",
    "x\x00\r\nBcc: thief@example.com",
    "x\u2028Bcc: thief@example.com",
    "x\u2029Bcc: thief@example.com",
    "x\x85Bcc: thief@example.com",
    "x\x0bBcc: thief@example.com",
    "x\x0c\x1b]0;title\x07Bcc: thief@example.com",
    "=?utf-8?q?x=0D=0ABcc:_thief@example.com?=",
    'x"\r\n\tContent-Type: text/html; a="\r\n.\r\n',
]


@pytest.mark.parametrize("evil", INJECTIONS)
@pytest.mark.parametrize("place", ["subject", "sender_name", "recipient_name", "filename", "text"])
def test_injected_lines_stay_text(evil, place):
    changes = {place: evil} if place.endswith("_name") else {}
    rendered = words(evil if place == "subject" else "x", evil if place == "text" else "x")
    files = [Enclosure(evil, b"x")] if place == "filename" else []
    mail = read(compose(rendered, letterhead(**changes), files))
    assert list(mail.keys()) == (FIELDS if files else [*FIELDS, "Content-Transfer-Encoding"])
    assert mail["From"].addresses[0].addr_spec == "compta@example.fr"
    assert [a.addr_spec for a in mail["To"].addresses] == ["client@example.com"]
    for part in mail.walk():
        assert set(part.keys()) <= {*FIELDS, "Content-Transfer-Encoding", "Content-Disposition"}


@pytest.mark.parametrize("evil", INJECTIONS)
@pytest.mark.parametrize("place", ["customer", "contact", "number", "purchase_order"])
def test_imported_data_cannot_add_a_header(evil, place):
    step = Step("d+40", 40, Channel.EMAIL, "formal_notice", "formal")
    context = sample_contexts("fr", step)[0]
    if place in {"customer", "contact"}:
        context = replace(context, **{place: evil})
    else:
        line = replace(context.invoices[0], **{place: evil})
        context = replace(context, invoices=(line,))
    rendered = Templates(resource_folder("templates")).render("fr", "formal_notice", context)
    files = [Enclosure(f"{context.invoices[0].number}.pdf", b"%PDF")]
    mail = read(compose(rendered, letterhead(recipient_name=context.contact), files))
    assert list(mail.keys()) == FIELDS
    assert b"\nBcc:" not in mail.as_bytes()


@pytest.mark.parametrize(
    "address",
    [
        "a@b.fr\r\nBcc: thief@example.com",
        "a@b.fr, thief@example.com",
        "<a@b.fr>",
        "a b@example.fr",
        "a@b.fr\x00",
        "@example.fr",
        "a@",
        "é@example.fr",
        "a@éxample.fr",
        '"a b"@example.fr',
        "",
        "a@b@c.fr",
    ],
)
@pytest.mark.parametrize("place", ["sender", "recipient", "reply_to"])
def test_bad_addresses_are_refused(address, place):
    if place == "reply_to" and not address:
        return  # no reply address is a choice
    with pytest.raises(ValueError, match="address"):
        compose(WORDS, letterhead(**{place: address}))


@pytest.mark.parametrize(
    "message_id", ["", "abc", "<a@b", "<a b@c>", "<a@b>\r\nX: y", "<é@b>", "<a@b><c@d>"]
)
def test_bad_own_ids_are_refused(message_id):
    with pytest.raises(ValueError, match="Message-ID"):
        compose(WORDS, letterhead(message_id=message_id))


def test_bad_content_type_and_naive_date_are_refused():
    with pytest.raises(ValueError, match="content type"):
        compose(WORDS, letterhead(), [Enclosure("a", b"", "text/html\r\nX: y")])
    with pytest.raises(ValueError, match="time zone"):
        compose(WORDS, letterhead(date=datetime(2026, 3, 18)))  # noqa: DTZ001 - the point


def test_lines_that_mail_stores_change_are_protected():
    raw = compose(words(text="From here on\n.\n..\nFrom\n"), letterhead())
    assert b"\r\nFrom " not in raw.split(b"\r\n\r\n", 1)[1]
    assert b"\r\n.\r\n" not in raw
    assert content(read(raw)) == "From here on\n.\n..\nFrom\n"


@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=60))
def test_any_text_gives_a_mail_that_reads_back(text, subject, name):
    mail = read(compose(words(subject, text, "<p>"), letterhead(recipient_name=name)))
    assert list(mail.keys()) == FIELDS
    assert [a.addr_spec for a in mail["To"].addresses] == ["client@example.com"]


@given(st.binary(max_size=3000), st.text(max_size=90))
def test_any_file_survives(content, filename):
    mail = read(compose(WORDS, letterhead(), [Enclosure(filename, content)]))
    (enclosed,) = mail.iter_attachments()
    assert enclosed.get_content() == content
    assert enclosed.get_filename()
