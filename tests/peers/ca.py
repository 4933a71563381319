"""A certificate authority of the tests' own; certificates for 127.0.0.1 and localhost."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.peers.server import program

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """A server's certificate and its key, both PEM files."""

    file: Path
    key: Path

    def copy_to(self, directory: Path, owner: str) -> Certificate:
        """The same, in a server's directory and readable by the server only."""
        copies = [Path(shutil.copy(path, directory)) for path in (self.file, self.key)]
        for copy in copies:
            copy.chmod(0o600)
            shutil.chown(copy, owner)
        return Certificate(*copies)


@dataclass(frozen=True)
class CertificateAuthority:
    """Signs what the servers show; clients trust `file`."""

    directory: Path

    @property
    def file(self) -> Path:
        return self.directory / "ca.pem"

    @property
    def key(self) -> Path:
        return self.directory / "ca.key"

    def context(self) -> ssl.SSLContext:
        """A client's view: only this authority is trusted."""
        return ssl.create_default_context(cafile=str(self.file))

    def issue(
        self, name: str, hosts: str = "DNS:localhost,IP:127.0.0.1", days: int = 30
    ) -> Certificate:
        """A certificate for these hosts, made once per name."""
        issued = Certificate(self.directory / f"{name}.pem", self.directory / f"{name}.key")
        if not issued.file.exists():
            openssl(
                *("req", "-x509", *NEW_KEY, "-subj", f"/CN={name}", "-days", str(days)),
                *("-CA", str(self.file), "-CAkey", str(self.key)),
                *("-keyout", str(issued.key), "-out", str(issued.file)),
                *(
                    "-addext",
                    f"subjectAltName={hosts}",
                    "-addext",
                    "basicConstraints=critical,CA:FALSE",
                ),
                *("-addext", "extendedKeyUsage=serverAuth"),
            )
        return issued


def certificate_authority(directory: Path) -> CertificateAuthority:
    """A new authority, which nobody trusts yet."""
    authority = CertificateAuthority(directory)
    openssl(
        *("req", "-x509", *NEW_KEY, "-subj", "/CN=mailagent test authority", "-days", "30"),
        *("-keyout", str(authority.key), "-out", str(authority.file)),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    return authority


def openssl(*arguments: str) -> None:
    done = subprocess.run(
        [program("openssl", "openssl"), *arguments], capture_output=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace')[-500:]}")
