from __future__ import annotations

import pytest

from mailagent.core.mail import Machine
from mailagent.message.parse import parse

OOO, ACK, LIST, OTHER = Machine.OUT_OF_OFFICE, Machine.AUTO_ACK, Machine.LIST, Machine.OTHER
ABSENT, RECEIPT, PERSON = (
    "Je suis absent jusqu'au 15.",
    "We have received your message.",
    "C'est payé.",
)

CASES = [
    # header field, subject, text, kind
    ("Auto-Submitted: auto-replied", "Re: x", ABSENT, OOO),
    ("Auto-Submitted: auto-replied; owner=a", "Re: x", RECEIPT, ACK),
    ("Auto-Submitted: auto-generated", "x", "Your ticket 123 was created", ACK),
    ("Auto-Submitted: auto-generated", "Disk full", "sda1", OTHER),
    ("Auto-Submitted: no", "Re: x", PERSON, None),
    ("X-Autoreply: yes", "Re: x", ABSENT, OOO),
    ("X-Autorespond: x", "Re: x", ABSENT, OOO),
    ("Precedence: auto_reply", "Re: x", ABSENT, OOO),
    ("Precedence: bulk", "Soldes", PERSON, LIST),
    ("Precedence: list", "x", PERSON, LIST),
    ("Precedence: bulk\nAuto-Submitted: auto-replied", "Re: x", ABSENT, OOO),
    ("List-Id: <a.b>", "x", PERSON, LIST),
    ("X-Auto-Response-Suppress: All", "x", RECEIPT, ACK),
    ("Return-Path: <>", "Re: x", ABSENT, OOO),
    ("X-A: b", "Réponse automatique : Facture", ABSENT, OOO),
    ("X-A: b", "Automatic reply: Invoice", ABSENT, OOO),
    ("X-A: b", "Automatische Antwort: Rechnung", "Ich bin im Urlaub.", OOO),
    ("X-A: b", "Out of Office: Invoice", "Back soon", OOO),
    ("X-A: b", "Absence du bureau", ABSENT, OOO),
    ("X-A: b", "Re: x", PERSON, None),
    ("X-A: b", "Re: x", "Je serai absent lundi, le virement est parti.", None),  # a person
]


@pytest.mark.parametrize(("field", "subject", "text", "kind"), CASES)
def test_headers_tell_programs_from_people(field, subject, text, kind):
    raw = f"From: a@b.example\nSubject: {subject}\n{field}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
    assert parse(raw.encode()).machine is kind


def test_an_abuse_report_is_for_the_postmaster():
    raw = b"From: a@b.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\n\ny\n--x--\n"
    assert parse(raw).machine is OTHER
