"""Each client's answer reads as that client writes it."""

from datetime import datetime
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest

from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter, Person, ReadMail, read
from mailagent.sandbox.machines import arrived, automatic_answer, bounce

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 3, 10, 14, 5, tzinfo=PARIS)
PAUL = Person("Paul Élie", "paul@client.example")
REMINDER = (
    "From: Menuiserie Vauban <compta@vauban.example>\r\nTo: Paul Élie <paul@client.example>\r\n"
    "Subject: Facture [FA-2026-0101]\r\nMessage-ID: <m1@vauban.example>\r\n"
    "References: <m1@vauban.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Reply-To: compta+t1@vauban.example\r\n\r\nBonjour,\r\n\r\nLa facture est due : 120 €.\r\n"
).encode()


def reminder() -> ReadMail:
    return read(REMINDER, datetime(2026, 3, 9, 9, 2, tzinfo=PARIS))


def letter(answers: ReadMail | None, language: str = "fr") -> Letter:
    return Letter(
        author=PAUL,
        to="compta@vauban.example",
        subject="Notre facture",
        text="Bonjour,\n\nC’est réglé ce matin : 120 €.\n\nPaul",
        at=AT,
        language=language,
        answers=answers,
    )


def body(raw: bytes) -> str:
    part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    return part.get_content().replace("\r\n", "\n")


def test_a_reminder_is_read_as_its_recipient_sees_it() -> None:
    mail = reminder()
    assert mail.reply_to == "compta+t1@vauban.example"
    assert mail.reader == PAUL
    assert mail.invoices == ("FA-2026-0101",)


@pytest.mark.parametrize("client", Client)
def test_an_answer_starts_with_the_new_text_and_quotes_the_reminder(client: Client) -> None:
    raw = write(letter(reminder()), client)
    mail = message_from_bytes(raw, policy=policy.default)
    assert body(raw).startswith("Bonjour,\n\nC")
    assert "La facture est due : 120" in body(raw)
    assert mail["In-Reply-To"] == "<m1@vauban.example>"
    assert mail["References"].endswith("<m1@vauban.example>")
    assert mail["Subject"].upper() == "RE: FACTURE [FA-2026-0101]"
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (Client.GMAIL, "Le lun. 9 mars 2026 à 09:02, Menuiserie Vauban <compta@vauban.example> a écrit :"),
        (Client.OUTLOOK, "De : Menuiserie Vauban <compta@vauban.example>\nEnvoyé : lundi 9 mars 2026 09:02"),
        (Client.OUTLOOK_WEB, "________________________________\nDe : Menuiserie Vauban"),
        (Client.APPLE_MAIL, "> Le 9 mars 2026 à 09:02, Menuiserie Vauban"),
        (Client.IPHONE, "Envoyé de mon iPhone\n\n> Le 9 mars 2026"),
        (Client.THUNDERBIRD, "Le 09/03/2026 à 09:02, Menuiserie Vauban a écrit :\n> Bonjour,"),
        (Client.YAHOO, "    Le lundi 9 mars 2026 à 09:02:00 UTC+01, Menuiserie Vauban"),
    ],
)  # fmt: skip
def test_each_client_introduces_the_quote_in_its_own_way(client: Client, expected: str) -> None:
    assert expected in body(write(letter(reminder()), client))


def test_an_english_outlook_quotes_in_english() -> None:
    text = body(write(letter(reminder(), "en"), Client.OUTLOOK))
    assert "From: Menuiserie Vauban <compta@vauban.example>\nSent: Monday, March 9, 2026" in text


@pytest.mark.parametrize("client", Client)
def test_a_new_thread_carries_no_ancestry(client: Client) -> None:
    mail = message_from_bytes(write(letter(None), client), policy=policy.default)
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None
    assert mail["Subject"] == "Notre facture"


@pytest.mark.parametrize("client", Client)
def test_the_same_letter_is_the_same_mail(client: Client) -> None:
    assert write(letter(reminder()), client) == write(letter(reminder()), client)


def test_an_exchange_bounce_names_recipient_status_and_original() -> None:
    diagnostic = "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"
    mail = message_from_bytes(bounce(reminder(), AT, "5.1.10", diagnostic))
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "delivery-status"
    told, status, original = mail.get_payload()
    assert "introuvable" in told.get_payload(decode=True).decode()
    server, recipient = status.get_payload()
    assert server["Reporting-MTA"] == "dns;mx.client.example"
    assert recipient["Final-Recipient"] == "rfc822;paul@client.example"
    assert recipient["Status"] == "5.1.10"
    assert "<m1@vauban.example>" in original.get_payload()


def test_an_automatic_answer_says_that_it_is_one() -> None:
    raw = automatic_answer(
        reminder(), PAUL, AT, "Réponse automatique :", "Absent jusqu'au 20 mars."
    )
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"] == "Réponse automatique : Facture [FA-2026-0101]"


def test_our_border_server_leaves_its_traces() -> None:
    raw = write(letter(reminder()), Client.GMAIL)
    mail = message_from_bytes(arrived(raw, AT, "compta@vauban.example", "paul@client.example"))
    assert mail["Return-Path"] == "<paul@client.example>"
    assert "dmarc=pass" in mail["Authentication-Results"]
    assert mail["Delivered-To"] == "compta@vauban.example"
