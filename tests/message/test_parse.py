"""Real-looking mails in, values out; and whatever bytes come, a value comes back."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailagent.core.mail import Address, Machine
from mailagent.message.parse import as_mail, parse

MAILS = Path(__file__).parents[1] / "data" / "mail"
FIXTURES = sorted(MAILS.glob("*.eml"))

# What was written this time, to the letter.
NEW_TEXTS = {
    "reply-gmail-fr": "Bonjour,\n\nLa facture a été payée hier par virement.\n\nBernard Martin",
    "reply-gmail-html-only-fr": "Bonjour,\n\nNous paierons vendredi prochain.",
    "reply-gmail-inline-fr": "Voir mes réponses ci-dessous.\n\nElle est payée depuis lundi.\n\nCelle-ci, le prix est faux.",
    "reply-gmail-bottom-fr": "Bonjour, le chèque est parti ce matin.",
    "reply-outlook-desktop-fr": "Bonjour,\n\nLe montant de la facture est faux, le devis disait 1 000 €.",
    "reply-outlook-desktop-html-fr": "Bonjour,\n\nNous contestons cette facture.",
    "reply-outlook-web-fr": "Bonjour, le virement part demain.",
    "reply-outlook-mobile-fr": "Bonjour, pouvez-vous me renvoyer la facture en PDF ?",
    "reply-apple-mail-fr": "C’est réglé depuis lundi.\n\nBernard",
    "reply-ios-fr": "Je vous fais le virement ce soir",
    "reply-thunderbird-fr": "Bonjour,\n\nNous sommes en redressement judiciaire depuis le 12 janvier, merci d'adresser votre déclaration de créance au mandataire.",
    "reply-yahoo-fr": "Bonjour,\nJ'ai payé le 27 février.\nBernard",
    "reply-orange-fr": "Bonjour,\nMme Durand a quitté la société, voyez avec M. Petit.",
    "reply-roundcube-fr": "Bonjour,\n\nPouvons-nous payer en 3 fois ?\n\nBernard",
    "reply-gmail-en": "Hi,\n\nWe paid this on Monday by bank transfer.\n\nThanks,\nJane",
    "reply-outlook-desktop-en": "Hello,\n\nPayment will be made on Friday 6 March.",
    "reply-outlook-original-message-en": "Never received this invoice, please resend.",
    "reply-ios-en": "Stop contacting me or I will call my lawyer.",
    "reply-thunderbird-en": "We dispute this one: half of the goods were damaged.",
    "reply-disclaimer-en": "Paid this morning.\n\nJane",
    "reply-outlook-de": "Guten Tag,\n\nwir haben die Rechnung gestern überwiesen.",
    "reply-gmail-de": "Wir zahlen am 15. März.",
    "reply-gmail-es": "Hola, ya hemos pagado la factura ayer.",
    "reply-outlook-it": "Buongiorno,\n\nabbiamo effettuato il bonifico ieri.",
    "reply-gmail-nl": "Goedemorgen, de factuur is gisteren betaald.",
    "reply-outlook-pt": "Bom dia,\n\no pagamento foi efetuado ontem.",
    "malformed-base64": "C'est payé.",
    "malformed-cr-only": "C'est payé.\nMerci.",
    "malformed-hidden-html": "Bonjour, pouvez-vous rappeler ?",
    "malformed-no-end-boundary": "C'est payé.",
    "malformed-utf8-labelled-latin1": "La facture a été réglée.",
}

MACHINES = {
    "absence-exchange-fr": Machine.OUT_OF_OFFICE,
    "absence-gmail-en": Machine.OUT_OF_OFFICE,
    "absence-left-fr": Machine.OUT_OF_OFFICE,
    "absence-outlook-de": Machine.OUT_OF_OFFICE,
    "ticket-fr": Machine.AUTO_ACK,
    "ticket-zendesk-en": Machine.AUTO_ACK,
    "read-receipt": Machine.AUTO_ACK,
    "newsletter": Machine.LIST,
}


def mail(name: str):
    return parse((MAILS / f"{name}.eml").read_bytes())


@pytest.mark.parametrize("name", NEW_TEXTS)
def test_only_what_was_written_now_is_new_text(name):
    assert mail(name).new_text == NEW_TEXTS[name]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_every_fixture_is_readable_and_no_quoted_reminder_passes_for_new(path):
    parsed = parse(path.read_bytes())
    assert parsed.unreadable == ""
    for ours in ("Sauf erreur", "déjà réglé", "already paid", "est échue."):
        assert ours not in parsed.new_text


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_only_programs_are_machines(path):
    expected = Machine.BOUNCE if path.stem.startswith("bounce") else MACHINES.get(path.stem)
    assert parse(path.read_bytes()).machine is expected


def test_signatures_and_footers_are_kept_apart():
    assert mail("reply-ios-fr").signature == "Envoyé de mon iPhone"
    assert mail("reply-outlook-desktop-fr").signature.startswith("Cordialement,\n\nBernard Martin")


def test_header_fields_become_values():
    parsed = mail("reply-gmail-fr")
    assert parsed.sender == "b.martin@client.example"
    assert parsed.from_ == (Address("b.martin@client.example", "Bernard Martin"),)
    assert parsed.subject == "Re: Facture FA-2026-0042 échue"
    assert parsed.date == datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
    assert parsed.message_id == "<reply-1@client.example>"
    assert parsed.in_reply_to == parsed.references == ("<r.abc@dupont.example>",)
    assert parsed.delivered_to == ("compta@dupont.example",)


def test_two_senders_are_both_kept_and_none_is_the_sender():
    parsed = mail("malformed-two-from")
    assert [a.address for a in parsed.from_] == ["b.martin@client.example", "boss@dupont.example"]
    assert parsed.sender == ""


def test_an_encoded_line_break_never_leaves_the_subject():
    assert mail("malformed-two-from").subject == "Bonjour Bcc: evil@z.test"


def test_an_absurd_date_is_no_date():
    assert mail("malformed-two-from").date is None
    assert mail("malformed-raw-8bit-headers").date is None


def test_broken_references_are_repaired():
    assert mail("malformed-two-from").in_reply_to == ("<r.abc@dupont.example>",)
    assert mail("malformed-two-from").references == (
        "<one@a.example>",
        "<two@b.example>",
        "<three@c.example>",
    )


def test_raw_8bit_headers_are_read():
    parsed = mail("malformed-raw-8bit-headers")
    assert parsed.from_ == (Address("rene@client.example", "René Müller"),)
    assert parsed.subject == "Facture payée"
    assert parsed.message_id == ""
    assert parsed.references == ()


def test_an_attachment_is_named_but_never_a_path_we_follow():
    (attachment,) = mail("attachments").attachments
    assert attachment.filename == "../../etc/passwd"  # as the sender wrote it, metadata only
    assert attachment.content_type == "application/pdf"
    assert attachment.size == 9


def test_rfc_2231_file_names_are_decoded():
    (attachment,) = mail("malformed-no-end-boundary").attachments
    assert attachment.filename == "avis de virement émis.pdf"


def test_a_name_split_over_encoded_words_is_whole():
    raw = b"From: =?utf-8?b?UmVuw6k=?= =?utf-8?b?IER1cG9udA==?= <r@c.example>\n\nx"
    assert parse(raw).from_[0].name == "René Dupont"


def test_bytes_without_a_header_are_unreadable():
    assert parse(b"\x00\xff\xfe" * 100).unreadable
    assert parse(b"").unreadable == "empty"


def test_a_text_that_came_without_a_mail_is_split_too():
    parsed = as_mail("Re: x", "Payé hier.\n\n> merci de payer", datetime(2026, 3, 3, tzinfo=UTC))
    assert parsed.new_text == "Payé hier."
    assert parsed.machine is None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=3000))
def test_any_bytes_become_a_mail(raw):
    parsed = parse(raw)
    assert parsed.size == len(raw)
    assert len(parsed.digest) == 64


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "From",
                    "To",
                    "Subject",
                    "Date",
                    "Content-Type",
                    "References",
                    "Message-ID",
                    "Content-Transfer-Encoding",
                    "MIME-Version",
                    "Content-Disposition",
                ]
            ),
            st.text(max_size=80),
        ),
        max_size=12,
    ),
    st.text(max_size=500),
)
def test_any_header_and_text_become_a_mail_without_control_characters(fields, body):
    raw = "".join(f"{name}: {value}\n" for name, value in fields) + "\n" + body
    parsed = parse(raw.encode("utf-8", "surrogatepass"))
    shown = [parsed.subject, *(a.name + a.address for a in parsed.from_ + parsed.to)]
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for text in shown for c in text)


def mutations(raw: bytes, chance: random.Random) -> list[bytes]:
    """One mail broken in the usual ways."""
    cut = chance.randrange(len(raw))
    flipped = bytearray(raw)
    for _ in range(8):
        flipped[chance.randrange(len(raw))] = chance.randrange(256)
    first_line = raw.split(b"\r\n", 1)[0]
    return [
        raw[:cut],
        raw[cut:],
        bytes(flipped),
        first_line + b"\r\n" + raw,
        raw.replace(b"\r\n", b"\n"),
        raw.replace(b"\r\n", b"\r"),
        b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + raw,
        raw.replace(b"utf-8", b"utf-16").replace(b"windows-1252", b"no-such-charset"),
        raw.replace(b"quoted-printable", b"base64"),
    ]


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.stem)
def test_a_broken_mail_is_still_a_mail(path):
    chance = random.Random(path.stem)
    for broken in mutations(path.read_bytes(), chance):
        parsed = parse(broken)
        assert parsed.size == len(broken)
        assert "déjà réglé" not in parsed.new_text or b"\r\n" not in broken[:200]
