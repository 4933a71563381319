from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from mailagent.core.mail import Address
from mailagent.message.forwarded import find_forwarded
from mailagent.message.parse import parse

MAILS = Path(__file__).parents[1] / "data" / "mail"
CET = timezone(timedelta(hours=1))

CASES = {
    "forward-outlook-fr": (
        "b.martin@client.example",
        "Bernard Martin",
        datetime(2026, 3, 3, 10, 12, tzinfo=CET),
        "Bonjour,\n\nNous paierons le 15.\n\nBernard",
        "À traiter svp.",
    ),
    "forward-gmail-en": (
        "jane@client.example",
        "Jane Roe",
        datetime(2026, 3, 3, 10, 12, tzinfo=CET),
        "We paid this yesterday.",
        "Please handle.",
    ),
    "forward-apple-mail-fr": (
        "b.martin@client.example",
        "Bernard Martin",
        datetime(2026, 3, 3, 10, 12, 8, tzinfo=CET),
        "C'est payé.",
        "Pour info",
    ),
    "forward-thunderbird-de": (
        "a.schmidt@kunde.example",
        "Anna Schmidt",
        datetime(2026, 3, 3, 10, 12, tzinfo=CET),
        "Wir haben bezahlt.",
        "",
    ),
    "forward-attached": (
        "b.martin@client.example",
        "Bernard Martin",
        datetime(2026, 3, 2, 18, tzinfo=CET),
        "C'est contesté.",
        "Voici sa réponse.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_who_wrote_what_and_when_is_found(name):
    address, person, date, text, message = CASES[name]
    found = parse((MAILS / f"{name}.eml").read_bytes()).forwarded
    assert found is not None
    assert found.from_ == (Address(address, person),)
    assert (found.date, found.text, found.message) == (date, text, message)


@pytest.mark.parametrize("path", sorted(MAILS.glob("reply-*.eml")), ids=lambda p: p.stem)
def test_a_reply_is_no_forward(path):
    assert parse(path.read_bytes()).forwarded is None


BLOCKS = [
    (
        "TR: x",
        "De : Ann <ann@c.example>\nEnvoyé : mardi 3 mars 2026 10:12\nÀ : bob@d.example\nObjet : Facture\n\nC'est payé.",
    ),
    (
        "WG: x",
        "Von: Ann <ann@c.example>\nGesendet: Dienstag, 3. März 2026 10:12\nAn: bob@d.example\nBetreff: Rechnung\n\nBezahlt.",
    ),
    (
        "RV: x",
        "De: Ann <ann@c.example>\nEnviado el: martes, 3 de marzo de 2026 10:12\nPara: bob@d.example\nAsunto: Factura\n\nPagado.",
    ),
    (
        "I: x",
        "Da: Ann <ann@c.example>\nInviato: martedì 3 marzo 2026 10:12\nA: bob@d.example\nOggetto: Fattura\n\nPagato.",
    ),
    (
        "FW: x",
        "Van: Ann <ann@c.example>\nVerzonden: dinsdag 3 maart 2026 10:12\nAan: bob@d.example\nOnderwerp: Factuur\n\nBetaald.",
    ),
    (
        "ENC: x",
        "De: Ann <ann@c.example>\nEnviada em: terça-feira, 3 de março de 2026 10:12\nPara: bob@d.example\nAssunto: Fatura\n\nPago.",
    ),
    (
        "Fwd: x",
        "-------- Message transféré --------\nSujet : Facture\nDate : Tue, 3 Mar 2026 10:12:00 +0000\nDe : Ann <ann@c.example>\nPour : bob@d.example\n\nC'est payé.",
    ),
    (
        "Fwd: x",
        "---------- Forwarded message ---------\nDe : Ann <ann@c.example>\nDate: mar. 3 mars 2026 à 10:12\nSubject: Facture\nTo: <bob@d.example>\n\nC'est payé.",
    ),
    (
        "TR: x",
        "________________________________\nDe : Ann <ann@c.example>\nEnvoyé : mardi 3 mars 2026 10:12\nÀ : Bob <bob@d.example>; Eve <eve@d.example>\nObjet : Facture\n\nC'est payé.",
    ),
    ("TR: x", "Le 03/03/2026 10:12, « Ann » <ann@c.example> a écrit :\n\nC'est payé."),
    (
        "FW: x",
        '   ----- Message transmis ----- De : Ann <ann@c.example>À : "bob@d.example" <bob@d.example>Envoyé : mardi 3 mars 2026, 10:12:00 UTCObjet : Facture\n C\'est payé.',
    ),
]


@pytest.mark.parametrize(("subject", "block"), BLOCKS)
def test_the_usual_programs_of_seven_languages_are_read(subject, block):
    found = find_forwarded(subject, f"Pour toi\n\n{block}\n")
    assert found is not None
    assert found.from_[0].address == "ann@c.example"
    assert found.message == "Pour toi"
    assert found.date == datetime(2026, 3, 3, 10, 12, tzinfo=UTC)
    assert len(found.text.split()) <= 2 or "Ann" not in found.text


def test_recipients_are_read_as_programs_show_them():
    found = find_forwarded(*BLOCKS[8])
    assert found is not None
    assert [a.address for a in found.to] == ["bob@d.example", "eve@d.example"]


def test_a_separator_alone_announces_a_forward():
    assert find_forwarded(
        "Facture", "---------- Forwarded message ---------\nFrom: a@b.example\n\nx"
    )


@pytest.mark.parametrize("text", ["", "C'est payé.", "De : moi", "<>" * 5000, "\n" * 5000])
def test_without_a_quoted_mail_there_is_no_sender(text):
    found = find_forwarded("TR: x", text)
    assert found is None or not found.from_ or found.from_[0].address == ""
