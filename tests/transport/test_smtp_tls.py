"""Encryption is as configured or there is no connection: wrong certificates, stripped STARTTLS, old TLS."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from mailagent.core.server import Login, Security
from mailagent.errors import LoginRefused, TransportUnavailable
from mailagent.transport.smtp import SmtpPool
from tests.peers.ca import Certificate, CertificateAuthority, certificate_authority, openssl
from tests.peers.scripted_smtp import ScriptedSmtp

LOGIN = Login("agent", "a-secret")
AUTH = ("AUTH PLAIN",)


def serving(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.file, certificate.key)
    return context


def listening(security: Security, context: ssl.SSLContext) -> ScriptedSmtp:
    if security is Security.TLS:
        return ScriptedSmtp(extensions=AUTH, tls=context)
    return ScriptedSmtp(extensions=AUTH, starttls=context)


async def connect(server: ScriptedSmtp, security: Security, ca_file: Path | str) -> None:
    pool = SmtpPool(server.account(security, LOGIN, ca_file=str(ca_file)))
    try:
        async with pool.connection():
            pass
    finally:
        await pool.close()


def expired(good: Certificate, authority: CertificateAuthority, directory: Path) -> Certificate:
    """The same certificate, signed again so that it ended yesterday."""
    request, signed = directory / "expired.csr", directory / "expired.pem"
    openssl(
        *("x509", "-x509toreq", "-in", str(good.file), "-signkey", str(good.key)),
        *("-copy_extensions", "copyall", "-out", str(request)),
    )
    openssl(
        *("x509", "-req", "-in", str(request), "-days", "-1", "-copy_extensions", "copyall"),
        *("-CA", str(authority.file), "-CAkey", str(authority.key), "-out", str(signed)),
    )
    return Certificate(signed, good.key)


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return certificate_authority(tmp_path)


encrypted = pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])


@encrypted
async def test_a_trusted_server_gets_the_login(
    security: Security, test_ca: CertificateAuthority
) -> None:
    async with listening(security, serving(test_ca.issue("smtp"))) as server:
        await connect(server, security, test_ca.file)

    assert server.sessions[0].over_tls
    assert "AUTH" in server.sessions[0].verbs


@encrypted
@pytest.mark.parametrize(
    ("certificate", "why"),
    [
        ("expired", "certificate has expired"),
        ("wrong host", "IP address mismatch"),
        ("unknown authority", "unable to get local issuer certificate"),
        ("self-signed", "self-signed certificate"),
    ],
)
async def test_a_wrong_certificate_gets_nothing(
    certificate: str,
    why: str,
    security: Security,
    authority: CertificateAuthority,
    test_ca: CertificateAuthority,
    tmp_path: Path,
) -> None:
    shown = {
        "expired": lambda: expired(test_ca.issue("smtp"), test_ca, tmp_path),
        "wrong host": lambda: test_ca.issue("smtp-other", hosts="DNS:other.test,IP:127.0.0.9"),
        "unknown authority": lambda: authority.issue("smtp"),
        "self-signed": lambda: Certificate(authority.file, authority.key),
    }[certificate]()
    async with listening(security, serving(shown)) as server:
        with pytest.raises(TransportUnavailable, match=f"certificate refused: .*{why}") as caught:
            await connect(server, security, test_ca.file)
        await server.idle()

    assert not isinstance(caught.value, LoginRefused)
    assert nothing_but_starttls(server)


def nothing_but_starttls(server: ScriptedSmtp) -> bool:
    said = [verb for session in server.sessions for verb in session.verbs]
    return set(said) <= {"EHLO", "STARTTLS"} and len(server.sessions) <= 1


@pytest.mark.parametrize(
    "answer", [None, "454 4.7.0 no TLS today", "500 5.5.1 what?", "220 go on, in plain text"]
)
async def test_stripped_starttls_gets_nothing(
    answer: str | None, test_ca: CertificateAuthority
) -> None:
    extensions = AUTH if answer is None else ("STARTTLS", *AUTH)
    script = {} if answer is None else {"starttls": [answer]}
    async with ScriptedSmtp(extensions=extensions, **script) as server:
        with pytest.raises(TransportUnavailable):
            await connect(server, Security.STARTTLS, test_ca.file)
        await server.idle()

    assert nothing_but_starttls(server)


async def test_a_server_that_speaks_plain_text_on_the_tls_port(
    test_ca: CertificateAuthority,
) -> None:
    async with ScriptedSmtp(extensions=AUTH) as server:
        with pytest.raises(TransportUnavailable):
            await connect(server, Security.TLS, test_ca.file)
        await server.idle()

    assert server.sessions[0].commands == []


async def test_tls_1_1_is_refused(test_ca: CertificateAuthority) -> None:
    old = serving(test_ca.issue("smtp"))
    careless = test_ca.context()
    for context in (old, careless):
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    async with listening(Security.TLS, old) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port, ssl=careless)
        assert (await reader.readline()).startswith(b"220")  # others do get through
        writer.transport.abort()
        with pytest.raises(TransportUnavailable):
            await connect(server, Security.TLS, test_ca.file)


@encrypted
async def test_without_the_extra_authority_its_certificates_are_refused(
    security: Security, test_ca: CertificateAuthority
) -> None:
    async with listening(security, serving(test_ca.issue("smtp"))) as server:
        with pytest.raises(TransportUnavailable, match="certificate refused"):
            await connect(server, security, "")


async def test_an_authority_file_that_is_missing_is_named(tmp_path: Path) -> None:
    async with ScriptedSmtp() as server:
        with pytest.raises(TransportUnavailable, match="No such file"):
            await connect(server, Security.TLS, tmp_path / "absent.pem")
