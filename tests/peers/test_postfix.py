"""The Postfix of the tests does what the other tests believe of it."""

from __future__ import annotations

import smtplib

import pytest

from tests.peers.ca import CertificateAuthority
from tests.peers.mail_host import DOMAIN, HOST, MailUser
from tests.peers.postfix import SmtpHost

pytestmark = pytest.mark.needs_root

MAIL = b"From: a@example.test\r\nSubject: Bonjour\r\n\r\nMerci.\r\n"


def test_submission_with_tls_and_password_reaches_the_mailbox(
    postfix: SmtpHost, dovecot_user: MailUser, test_ca: CertificateAuthority
) -> None:
    with smtplib.SMTP("localhost", postfix.submission_port) as smtp:
        smtp.starttls(context=test_ca.context())
        smtp.login("agent", postfix.password)
        assert smtp.has_extn("dsn")
        smtp.sendmail("agent@example.test", [dovecot_user.address], MAIL)
    assert b"Subject: Bonjour" in dovecot_user.wait_for()[0]


def test_submission_from_the_first_byte_in_tls(
    postfix: SmtpHost, dovecot_user: MailUser, test_ca: CertificateAuthority
) -> None:
    port, context = postfix.submissions_port, test_ca.context()
    with smtplib.SMTP_SSL("localhost", port, context=context) as smtp:
        smtp.login("agent", postfix.password)
        smtp.sendmail("agent@example.test", [dovecot_user.address], MAIL)
    assert b"Subject: Bonjour" in dovecot_user.wait_for()[0]


def test_submission_wants_a_password(postfix: SmtpHost, test_ca: CertificateAuthority) -> None:
    with smtplib.SMTP_SSL("localhost", postfix.submissions_port, context=test_ca.context()) as smtp:
        smtp.ehlo()
        smtp.mail("agent@example.test")
        assert smtp.rcpt("anna@example.test")[0] == 554
        smtp.rset()
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login("agent", "wrong")


@pytest.mark.parametrize(("who", "code"), [("unknown", 550), ("full", 452), ("greylisted", 450)])
def test_some_recipients_are_refused_at_once(postfix: SmtpHost, who: str, code: int) -> None:
    with smtplib.SMTP(HOST, postfix.smtp_port) as smtp:
        smtp.ehlo()
        smtp.mail("agent@example.test")
        assert smtp.rcpt(f"{who}@{DOMAIN}")[0] == code


def test_a_late_bounce_comes_back_as_a_delivery_report(
    postfix: SmtpHost, dovecot_user: MailUser
) -> None:
    with smtplib.SMTP(HOST, postfix.smtp_port) as smtp:
        smtp.sendmail(f"{dovecot_user.name}+tok@{DOMAIN}", [f"bounce@{DOMAIN}"], MAIL)
    report = dovecot_user.wait_for()[0]
    assert b"multipart/report" in report
    assert b"Status: 5.1.1" in report
