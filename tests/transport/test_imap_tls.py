"""Encryption before anything else: certificates are verified, and nothing is ever sent in clear instead."""

from __future__ import annotations

import asyncio
import ssl

import pytest

from mailagent.core.server import ImapAccount, Security
from mailagent.errors import TransportUnavailable
from mailagent.transport.imap import ImapSession
from tests.peers.ca import CertificateAuthority
from tests.peers.scripted_imap import Peer, ScriptedImap


def server_tls(
    authority: CertificateAuthority, name: str, hosts: str = "IP:127.0.0.1"
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue(name, hosts)
    context.load_cert_chain(certificate.file, certificate.key)
    return context


async def refusal(account: ImapAccount) -> TransportUnavailable:
    with pytest.raises(TransportUnavailable) as raised:
        await ImapSession.open(account)
    return raised.value


async def test_tls_with_an_authority_of_our_own(test_ca: CertificateAuthority) -> None:
    async with ScriptedImap(tls=server_tls(test_ca, "scripted")) as server:
        account = server.account(Security.TLS, ca_file=str(test_ca.file))
        session = await ImapSession.open(account)
        await session.select("INBOX")
        waiting = asyncio.ensure_future(session.wait_for_news(3600, asyncio.Event()))
        await server.said(b"IDLE")
        await server.peers[0].close()  # seen through TLS as well
        with pytest.raises(TransportUnavailable):
            await waiting


@pytest.mark.parametrize(
    ("certificate", "trusted", "reason"),
    [
        ("stranger", False, "unable to get local issuer certificate"),
        ("elsewhere", True, "127.0.0.1"),
    ],
)
async def test_a_wrong_certificate_is_never_accepted(
    test_ca: CertificateAuthority, certificate: str, trusted: bool, reason: str
) -> None:
    hosts = "DNS:mail.example.org" if certificate == "elsewhere" else "IP:127.0.0.1"
    tls = server_tls(test_ca, certificate, hosts)
    async with ScriptedImap(tls=tls) as server:
        ca_file = str(test_ca.file) if trusted else ""
        error = str(await refusal(server.account(Security.TLS, ca_file=ca_file)))
    assert "certificate is not accepted" in error
    assert reason in error
    assert server.commands == []


async def test_tls_where_the_server_speaks_in_clear() -> None:
    async with ScriptedImap() as server:
        assert "TLS" in str(await refusal(server.account(Security.TLS)))
    assert server.count(b"LOGIN") == 0


async def test_an_authority_that_is_not_there_is_told() -> None:
    async with ScriptedImap() as server:
        error = await refusal(server.account(Security.TLS, ca_file="/nowhere/ca.pem"))
    assert "no certificate authority in /nowhere/ca.pem: No such file" in str(error)


# STARTTLS


STARTTLS = b"IMAP4rev1 STARTTLS LOGINDISABLED"


async def test_starttls_then_login(test_ca: CertificateAuthority) -> None:
    async with ScriptedImap(capabilities=STARTTLS) as server:

        async def upgraded(peer: Peer, tag: bytes) -> None:
            await peer.send(tag + b" OK go on\r\n")
            await peer.writer.start_tls(server_tls(test_ca, "scripted"))
            server.capabilities = b"IMAP4rev1 IDLE"

        server.replies = {"STARTTLS": upgraded}
        account = server.account(Security.STARTTLS, ca_file=str(test_ca.file))
        session = await ImapSession.open(account)
        assert session.capabilities == {"IMAP4REV1", "IDLE"}
        await session.select("INBOX")
        await session.close()
    assert server.commands[:4] == [
        b"CAPABILITY",
        b"STARTTLS",
        b"CAPABILITY",
        b'LOGIN "ann@example.test" "pass word"',
    ]


async def test_without_starttls_nothing_is_sent_in_clear() -> None:
    async with ScriptedImap() as server:
        error = await refusal(server.account(Security.STARTTLS))
    assert "does not offer STARTTLS" in str(error)
    assert server.commands == [b"CAPABILITY"]


@pytest.mark.parametrize("status", [b"NO", b"BAD"])
async def test_a_refused_starttls_ends_it(status: bytes) -> None:
    replies = {"STARTTLS": b"{tag} " + status + b" no\r\n"}
    async with ScriptedImap(replies, STARTTLS) as server:
        await refusal(server.account(Security.STARTTLS))
    assert server.count(b"LOGIN") == 0


async def test_logged_in_before_tls_is_a_trap() -> None:
    async with ScriptedImap(capabilities=STARTTLS, greeting=b"* PREAUTH hello\r\n") as server:
        error = await refusal(server.account(Security.STARTTLS))
    assert "before TLS" in str(error)


async def test_words_slipped_in_before_tls_are_noticed(test_ca: CertificateAuthority) -> None:
    injected = b"* CAPABILITY IMAP4rev1 EVIL\r\n"
    reply = {"STARTTLS": b"{tag} OK go on\r\n" + injected}
    async with ScriptedImap(reply, STARTTLS) as server:
        account = server.account(Security.STARTTLS, ca_file=str(test_ca.file))
        assert "in clear after STARTTLS" in str(await refusal(account))
    assert server.count(b"LOGIN") == 0


async def test_a_wrong_certificate_after_starttls(test_ca: CertificateAuthority) -> None:
    async def upgraded(peer: Peer, tag: bytes) -> None:
        await peer.send(tag + b" OK go on\r\n")
        with pytest.raises(ssl.SSLError):
            await peer.writer.start_tls(server_tls(test_ca, "scripted"))

    async with ScriptedImap({"STARTTLS": upgraded}, STARTTLS) as server:
        error = await refusal(server.account(Security.STARTTLS))
    assert "certificate is not accepted" in str(error)
    assert server.count(b"LOGIN") == 0
