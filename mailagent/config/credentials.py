"""Secrets: systemd credentials, files only their owner reads, the environment; never the TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mailagent.config.main_keys import ENVIRONMENT_PREFIX

_UNIT = "mailagent_"  # what LoadCredential=mailagent:FOLDER puts before each file's name
FOLDER = "credentials"  # in the configuration folder, one file for each secret
_EVERYBODY = 0o007  # permission bits of those who are neither owner nor group


class SecretError(Exception):
    """A secret is not there or cannot be used."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why)
        self.why = why
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Secrets:
    """Where secrets are looked for."""

    folder: Path  # the configuration folder
    environ: Mapping[str, str]

    def find(self, *names: str) -> str | None:
        """The first secret of these names there is; None for none.

        Raises:
            SecretError: one is there but cannot be used.
        """
        for name in names:
            for path in self._files(name):
                if _is_there(path):
                    return read_secret(path)
            value = self.environ.get(ENVIRONMENT_PREFIX + name.upper().replace("-", "_"))
            if value:
                return value
        return None

    def need(self, *names: str) -> str:
        """The first secret of these names.

        Raises:
            SecretError: there is none, or it cannot be used.
        """
        secret = self.find(*names)
        if secret is None:
            raise SecretError(
                "no secret found",
                f"Put it alone into the file {self.folder / FOLDER / names[0]} and give that mode 600",
            )
        return secret

    def from_file(self, path: str) -> str:
        """The secret in a file named by the configuration, relative to its folder.

        Raises:
            SecretError: it cannot be used.
        """
        return read_secret(self.folder / path)

    def _files(self, name: str) -> tuple[Path, ...]:
        given = self.environ.get("CREDENTIALS_DIRECTORY")
        by_systemd = (Path(given) / name, Path(given) / f"{_UNIT}{name}") if given else ()
        return (*by_systemd, self.folder / FOLDER / name)


def read_secret(path: Path) -> str:
    """The one line in this file.

    Raises:
        SecretError: it cannot be read, anybody can read it, or it holds no secret.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise SecretError(
            f"{path} cannot be read: {why}", "Give it to the user who runs mailagent"
        ) from None
    except UnicodeDecodeError:
        raise SecretError(f"{path} is not text", "It holds the password and nothing else") from None
    if mode & _EVERYBODY:
        raise SecretError(f"everybody on this machine may open {path}", f"chmod 600 {path}")
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise SecretError(f"{path} is empty", "It holds the password and nothing else")
    if "\n" in secret or "\r" in secret or "\0" in secret:
        raise SecretError(
            f"{path} has more than one line", "It holds the password and nothing else"
        )
    return secret


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False  # a folder only systemd may open
