"""The commented examples and the manual say what the code does."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mailagent.config.company_keys import CompanyKeys
from mailagent.config.keys import key_groups
from mailagent.config.main_keys import MainKeys
from mailagent.config.sequence_keys import SequenceKeys
from mailagent.core.company import Policy, SendingWindow
from mailagent.core.sequence import Sequence, Step
from mailagent.core.server import ImapAccount, Login, Security, Server, SmtpAccount
from mailagent.resources import resource_folder

CONFIG = resource_folder("config")
MANUAL = Path(__file__).parents[2] / "docs" / "configuration.md"
FILES = {
    "mailagent.toml": MainKeys,
    "companies/example.toml.sample": CompanyKeys,
    "sequences.toml": SequenceKeys,
}


def uncommented(name: str) -> dict[str, Any]:
    """The example with each commented key made real."""
    text = (CONFIG / name).read_text("utf-8")
    return tomllib.loads(re.sub(r"(?m)^# ([a-z_]+ = )", r"\1", text))


def plain(value: Any) -> Any:
    """A default as TOML would have it."""
    return list(value) if isinstance(value, tuple) else value


def groups(name: str) -> dict[str, dict[str, FieldInfo]]:
    return key_groups(FILES[name])


@pytest.mark.parametrize("name", ["mailagent.toml", "companies/example.toml.sample"])
def test_the_example_has_every_key_with_its_default(name):
    example = uncommented(name)
    for group, keys in groups(name).items():
        table = example.get(group) if group else example
        table = table[0] if isinstance(table, list) else table
        assert set(keys) == {k for k, v in table.items() if k not in groups(name)}, group
        for key, field in keys.items():
            default = field.default
            if field.is_required() or default is None or key in {"registry", "capital"}:
                continue
            assert table[key] == plain(default), f"{group}.{key}"


@pytest.mark.parametrize("name", ["mailagent.toml", "companies/example.toml.sample"])
def test_what_is_not_commented_out_is_what_is_needed(name):
    real = tomllib.loads((CONFIG / name).read_text("utf-8"))
    for group, keys in groups(name).items():
        table = real.get(group, {}) if group else real
        table = table[0] if isinstance(table, list) else table
        given = {key for key in table if key in keys} - {"registry", "capital"}
        assert given == {key for key, field in keys.items() if field.is_required()}, group


def shown(field: FieldInfo) -> str:
    default = plain(field.default)
    if default is PydanticUndefined:
        return "**needed**"
    if default is None:
        return ""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list):
        return "`[" + ", ".join(f'"{each}"' for each in default) + "]`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def rows(name: str) -> list[str]:
    """The tables of the manual as the keys have them."""
    lines = []
    for group, keys in groups(name).items():
        lines += [f"### {group}" if group else f"## {name}"]
        lines += [
            f"| `{key}` | {shown(field)} | {field.description} |" for key, field in keys.items()
        ]
    return lines


@pytest.mark.parametrize("name", FILES)
def test_the_manual_has_every_key(name):
    manual = MANUAL.read_text("utf-8").splitlines()
    missing = [row for row in rows(name) if row.startswith("|") and row not in manual]
    assert not missing, "\n".join(["docs/configuration.md should have:", *missing])


def test_the_manual_has_no_key_too_many():
    known = {row for name in FILES for row in rows(name)}
    stray = [line for line in MANUAL.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [line for line in stray if line not in known] == []


def test_defaults_are_those_of_the_decisions():
    policy = groups("companies/example.toml.sample")["policy"]
    for key, field in policy.items():
        if key == "freshness_minutes":
            assert field.default * 60 == Policy().freshness.total_seconds()
        else:
            assert field.default == getattr(Policy(), key)
    window = groups("companies/example.toml.sample")["window"]
    assert (window["opens"].default, window["closes"].default) == (time(8, 30), time(18, 0))
    assert len(window["weekdays"].default) == len(SendingWindow().weekdays)


def test_defaults_are_those_of_the_accounts():
    server = Server("h", 1, Security.TLS, Login("u"))
    for table, account in (("imap", ImapAccount(server)), ("smtp", SmtpAccount(server))):
        for key, field in groups("companies/example.toml.sample")[table].items():
            if hasattr(account, key):
                assert field.default == getattr(account, key), f"{table}.{key}"


def test_defaults_are_those_of_the_sequence():
    for key, default in {
        "min_gap": Sequence("x", ()).min_gap,
        "tolerance": 500,
        "entry": "",
    }.items():
        assert groups("sequences.toml")[""][key].default == default
    for key, field in groups("sequences.toml")["steps"].items():
        if not field.is_required() and key != "template":
            assert field.default == Step.__dataclass_fields__[key].default
