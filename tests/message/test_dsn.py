from __future__ import annotations

from pathlib import Path

import pytest

from mailagent.core.mail import BounceRecipient
from mailagent.message.parse import parse

MAILS = Path(__file__).parents[1] / "data" / "mail"
HIM = "b.martin@client.example"

# Action, status, hard.
REPORTS = {
    "bounce-postfix-unknown": ("failed", "5.1.1", True),
    "bounce-postfix-delayed": ("delayed", "4.4.1", False),
    "bounce-exchange-unknown": ("failed", "5.1.10", True),
    "bounce-exchange-mailbox-full": ("failed", "5.2.2", False),  # the address is good
    "bounce-gmail-unknown": ("failed", "5.1.1", True),
    "bounce-policy": ("failed", "5.7.1", False),  # the mail was refused, not the address
    "bounce-exim": ("failed", "5.1.1", True),
    "bounce-qmail": ("failed", "5.1.1", True),
}


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_names_recipient_action_and_status(name):
    bounce = parse((MAILS / f"{name}.eml").read_bytes()).bounce
    assert bounce is not None
    assert bounce.recipients == (BounceRecipient(HIM, *REPORTS[name]),)


@pytest.mark.parametrize("name", REPORTS)
def test_the_mail_that_bounced_is_known(name):
    bounce = parse((MAILS / f"{name}.eml").read_bytes()).bounce
    assert bounce is not None
    assert bounce.original_message_id == "<r.abc@dupont.example>"


def test_each_recipient_has_his_own_fate():
    bounce = parse((MAILS / "bounce-two-recipients.eml").read_bytes()).bounce
    assert bounce is not None
    assert bounce.recipients == (
        BounceRecipient("a@client.example", "failed", "5.1.1", hard=True),
        BounceRecipient("b@client.example", "delivered", "2.0.0", hard=False),
    )


def report(fields: str) -> bytes:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{fields}\n\n--b--\n"
    ).encode()


FATES = [
    # action, status, diagnostic, hard
    ("failed", "5.1.2", "", True),  # no such domain
    ("failed", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied", True),
    ("failed", "5.4.7", "delivery time expired", False),
    ("failed", "4.4.7", "", False),
    ("failed", "5.0.0", "550 user unknown", True),
    ("failed", "5.0.0", "450 try again", False),
    ("failed", "5.3.4", "552 message too big", False),
    ("failed", "5.2.1", "mailbox disabled", True),
    ("failed", "5.1.1", "552 mailbox is full", False),
    ("delayed", "5.1.1", "", False),
    ("expanded", "2.0.0", "", False),
    ("FAILED", "5.1.1 (unknown)", "", True),  # RFC 3464 §2.3.3: case does not matter
]


@pytest.mark.parametrize(("action", "status", "diagnostic", "hard"), FATES)
def test_hard_means_that_the_address_is_bad(action, status, diagnostic, hard):
    fields = f"Final-Recipient: rfc822; {HIM}\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {diagnostic}"
    bounce = parse(report(fields)).bounce
    assert bounce is not None
    assert bounce.recipients[0].hard is hard
    assert bounce.recipients[0].action == action.lower()


def test_the_original_recipient_is_the_address_we_wrote_to():
    fields = f"Original-Recipient: rfc822;{HIM}\nFinal-Recipient: rfc822;box17@store.example\nAction: failed\nStatus: 5.1.1"
    bounce = parse(report(fields)).bounce
    assert bounce is not None
    assert bounce.recipients[0].address == HIM


def test_a_report_in_base64_is_read():
    import base64

    block = (
        f"Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; {HIM}\nAction: failed\nStatus: 5.1.1\n"
    )
    raw = (
        "From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
        + base64.encodebytes(block.encode()).decode()
        + "\n--b--\n"
    ).encode()
    bounce = parse(raw).bounce
    assert bounce is not None
    assert bounce.recipients == (BounceRecipient(HIM, "failed", "5.1.1", hard=True),)


def test_a_person_who_writes_about_a_failure_is_no_bounce():
    raw = b"From: Jane <jane@client.example>\nSubject: delivery failure\n\nYour mail to <old@client.example>: 550 5.1.1 user unknown\n"
    assert parse(raw).bounce is None
