"""Dovecot and Cyrus as the tests start them do what the other tests believe of them."""

from __future__ import annotations

import imaplib
import ssl

import pytest

from tests.peers.ca import CertificateAuthority
from tests.peers.mail_host import HOST, MailUser

MAIL = b"From: a@example.test\r\nSubject: Bonjour\r\n\r\nMerci.\r\n"


def test_mail_delivered_by_lmtp_is_in_the_inbox(mail_user: MailUser) -> None:
    mail_user.deliver(MAIL, recipient=f"{mail_user.name}+token@example.test")
    (raw,) = mail_user.messages()
    assert b"Subject: Bonjour\r\n" in raw
    assert raw.endswith(b"\r\n\r\nMerci.\r\n")


def test_a_new_mailbox_is_empty(mail_user: MailUser) -> None:
    assert mail_user.messages() == []


def test_special_use_folders_exist_and_accept_keywords(mail_user: MailUser) -> None:
    mail_user.append("Sent", MAIL, "\\Seen")
    with mail_user.connection() as imap:
        _, folders = imap.list()
        assert any(b"\\sent" in line.lower() for line in folders)
        assert any(b"\\drafts" in line.lower() for line in folders)
        imap.select("Sent")
        assert b"\\*" in imap.response("PERMANENTFLAGS")[1][0]


def test_idle_tells_of_a_new_mail(mail_user: MailUser) -> None:
    with mail_user.connection() as imap:
        imap.select("INBOX")
        imap.send(b"A1 IDLE\r\n")
        assert imap.readline().startswith(b"+")
        mail_user.deliver(MAIL)
        assert imap.readline() == b"* 1 EXISTS\r\n"
        imap.send(b"DONE\r\n")
        while not imap.readline().startswith(b"A1 OK"):
            pass


def test_tls_is_verified_with_our_authority(
    mail_user: MailUser, test_ca: CertificateAuthority
) -> None:
    host = mail_user.host
    with imaplib.IMAP4_SSL(HOST, host.imaps_port, ssl_context=test_ca.context()) as imap:
        imap.login(mail_user.name, host.password)
    with imaplib.IMAP4("localhost", host.imap_port) as imap:
        imap.starttls(test_ca.context())
        imap.login(mail_user.name, host.password)
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(HOST, host.imaps_port, ssl_context=ssl.create_default_context())


def test_a_wrong_password_is_refused(mail_user: MailUser) -> None:
    with imaplib.IMAP4(HOST, mail_user.host.imap_port) as imap, pytest.raises(imaplib.IMAP4.error):
        imap.login(mail_user.name, "wrong")
