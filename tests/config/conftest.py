"""A configuration folder to spoil."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mailagent.config import Settings, load
from mailagent.errors import ConfigError, Problem
from mailagent.resources import resource_folder

EXAMPLE = (resource_folder("config") / "companies" / "example.toml.sample").read_text("utf-8")


class Folder:
    """A sound configuration of one company; `change` spoils it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environ = {"HOME": str(path / "home")}
        (path / "companies").mkdir()
        (path / "credentials").mkdir()
        self.company = path / "companies" / "lambert.toml"
        self.company.write_text(EXAMPLE, "utf-8")
        self.secret("lambert_imap_password", "s3cret-imap\n")

    def secret(self, name: str, text: str, mode: int = 0o600) -> Path:
        file = self.path / "credentials" / name
        file.write_text(text, "utf-8")
        file.chmod(mode)
        return file

    def change(self, old: str, new: str) -> None:
        text = self.company.read_text("utf-8")
        assert old in text
        self.company.write_text(text.replace(old, new, 1), "utf-8")

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, "utf-8")

    def load(self) -> Settings:
        return load(self.path, self.environ)

    def problems(self) -> tuple[Problem, ...]:
        with pytest.raises(ConfigError) as caught:
            self.load()
        assert all(p.where and p.what and p.why and p.hint for p in caught.value.problems)
        assert "s3cret" not in str(caught.value)
        return caught.value.problems

    def problem(self) -> Problem:
        (problem,) = self.problems()
        return problem


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.fixture
def second(tmp_path: Path) -> Callable[[str], None]:
    """Adds a company with another mailbox."""

    def add(name: str) -> None:
        text = EXAMPLE.replace("comptabilite@lambert", f"{name}@lambert")
        (tmp_path / "companies" / f"{name}.toml").write_text(text, "utf-8")
        secret = tmp_path / "credentials" / f"{name}_imap_password"
        secret.write_text("s3cret")
        secret.chmod(0o600)

    return add
