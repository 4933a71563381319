"""The Dovecot of the tests behaves as the other tests believe."""

from __future__ import annotations

import imaplib
import ssl

import pytest

from tests.peers.ca import CertificateAuthority
from tests.peers.mail_host import HOST, MailHost, MailUser

MAIL = b"From: a@example.test\r\nSubject: Bonjour\r\n\r\nMerci.\r\n"


def test_mail_delivered_by_lmtp_is_in_the_inbox(dovecot_user: MailUser) -> None:
    assert dovecot_user.messages() == []
    dovecot_user.deliver(MAIL, recipient=f"{dovecot_user.name}+token@example.test")
    (raw,) = dovecot_user.messages()
    assert raw.endswith(MAIL)


def test_special_use_folders_exist_and_accept_keywords(dovecot_user: MailUser) -> None:
    dovecot_user.append("Sent", MAIL, "\\Seen")
    with dovecot_user.connection() as imap:
        _, folders = imap.list()
        assert any(b"\\Sent" in line for line in folders)
        assert any(b"\\Drafts" in line for line in folders)
        imap.select("Sent")
        assert b"\\*" in imap.response("PERMANENTFLAGS")[1][0]


def test_tls_is_verified_with_our_authority(
    dovecot: MailHost, test_ca: CertificateAuthority
) -> None:
    with imaplib.IMAP4_SSL(HOST, dovecot.imaps_port, ssl_context=test_ca.context()) as imap:
        imap.login("anna", dovecot.password)
    with imaplib.IMAP4("localhost", dovecot.imap_port) as imap:
        imap.starttls(test_ca.context())
        imap.login("anna", dovecot.password)
    with pytest.raises(ssl.SSLCertVerificationError):
        imaplib.IMAP4_SSL(HOST, dovecot.imaps_port, ssl_context=ssl.create_default_context())


def test_a_wrong_password_is_refused(dovecot: MailHost) -> None:
    with imaplib.IMAP4(HOST, dovecot.imap_port) as imap, pytest.raises(imaplib.IMAP4.error):
        imap.login("anna", "wrong")
