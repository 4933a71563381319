"""Reading the whole configuration folder; every problem is collected, none stops the reading."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from mailagent.config.companies import read_company
from mailagent.config.credentials import SecretError, Secrets
from mailagent.config.files import TomlFile
from mailagent.config.main_keys import MainKeys, read_main_keys, refuse_password_in_url
from mailagent.config.sequence_keys import SequenceKeys
from mailagent.config.settings import CompanyConfig, Settings
from mailagent.config.templates import languages_in, templates_in
from mailagent.core.sequence import Sequence
from mailagent.errors import ConfigError, Problem
from mailagent.resources import resource_folder


def default_folder(environ: Mapping[str, str]) -> Path:
    """Where the configuration lies when nobody says so."""
    if given := environ.get("MAILAGENT_CONFIG"):
        return Path(given)
    if given := environ.get("CONFIGURATION_DIRECTORY"):
        return Path(given.split(":")[0])  # systemd: a list
    personal = Path(environ.get("XDG_CONFIG_HOME") or _home(environ) / ".config") / "mailagent"
    of_the_machine = Path("/etc/mailagent")
    return of_the_machine if of_the_machine.is_dir() and not personal.is_dir() else personal


def load(folder: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of that folder, or of the default one.

    Raises:
        ConfigError: with every problem there is.
    """
    folder = folder or default_folder(environ)
    problems: list[Problem] = []
    secrets = Secrets(folder, environ)
    if not folder.is_dir():
        hint = "Run `mailagent init`, or name the folder with --config or MAILAGENT_CONFIG"
        raise ConfigError((Problem(str(folder), "configuration", "there is no such folder", hint),))
    main = _read_main(folder, environ, problems)
    templates = _templates_folder(folder, main, problems)
    sequences = _read_sequences(folder, templates, problems)
    companies = _read_companies(folder, secrets, templates, sequences, problems)
    state_folder = _state_folder(folder, main, environ)
    database = _database(folder, main, environ, secrets, problems) or _sqlite(state_folder)
    if problems:
        raise ConfigError(tuple(problems))
    return Settings(
        folder=folder,
        database=database,
        state_folder=state_folder,
        templates=templates,
        log_level=main.log_level,
        log_json=main.log_format == "json",
        sequences=MappingProxyType(sequences),
        companies=companies,
    )


def _read_main(folder: Path, environ: Mapping[str, str], problems: list[Problem]) -> MainKeys:
    file = TomlFile(folder / "mailagent.toml", problems, optional=True)
    environment = TomlFile(Path("environment"), problems, optional=True)
    for source, given in ((file, {}), (environment, environ)):
        try:
            read_main_keys(source.table, given)
        except ValidationError as error:
            source.report_all(error, MainKeys)
    return read_main_keys({}, {}) if problems else read_main_keys(file.table, environ)


def _templates_folder(folder: Path, main: MainKeys, problems: list[Problem]) -> Path:
    if not main.templates:
        return resource_folder("templates")
    path = folder / main.templates
    if not path.is_dir():
        hint = "Make it, or leave the key out to use the shipped templates"
        problems.append(Problem(str(path), "templates", "there is no such folder", hint))
    return path


def _read_sequences(folder: Path, templates: Path, problems: list[Problem]) -> dict[str, Sequence]:
    """The shipped sequences, and those of the administrator in place of or beside them."""
    sequences: dict[str, Sequence] = {}
    for path in (resource_folder("config") / "sequences.toml", folder / "sequences.toml"):
        file = TomlFile(path, problems, optional=True)
        for name, table in file.table.items():
            context = {"templates": templates_in(templates)}
            try:
                keys = SequenceKeys.model_validate(table, context=context)
            except ValidationError as error:
                file.report_all(error, SequenceKeys, (name,))
                sequences.setdefault(
                    name, Sequence(name, ())
                )  # known, so that companies may name it
            else:
                sequences[name] = keys.sequence(name)
    return sequences


def _read_companies(
    folder: Path,
    secrets: Secrets,
    templates: Path,
    sequences: Mapping[str, Sequence],
    problems: list[Problem],
) -> tuple[CompanyConfig, ...]:
    paths = sorted((folder / "companies").glob("*.toml"))
    if not paths:
        example = resource_folder("config") / "companies" / "example.toml.sample"
        hint = f"Run `mailagent init`, or copy {example} there as NAME.toml and fill it in"
        problems.append(
            Problem(str(folder / "companies"), "NAME.toml", "there is no company", hint)
        )
    known = {"sequences": frozenset(sequences), "languages": languages_in(templates)}
    owner: dict[str, str] = {}
    companies = []
    for path in paths:
        file = TomlFile(path, problems)
        config = read_company(file, secrets, known)
        if config is None:
            continue
        for address in sorted(config.company.own_addresses):
            if owner.setdefault(address, path.name) != path.name:
                hint = "Each mailbox belongs to one company"
                file.report(("address",), f"{address} is already that of {owner[address]}", hint)
        companies.append(config)
    return tuple(companies)


def _state_folder(folder: Path, main: MainKeys, environ: Mapping[str, str]) -> Path:
    if main.state_folder:
        return folder / Path(main.state_folder).expanduser()
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    if folder.is_relative_to("/etc"):
        return Path("/var/lib/mailagent")  # where the service keeps it, for commands typed by hand
    return Path(environ.get("XDG_STATE_HOME") or _home(environ) / ".local/state") / "mailagent"


def _database(
    folder: Path,
    main: MainKeys,
    environ: Mapping[str, str],
    secrets: Secrets,
    problems: list[Problem],
) -> str:
    """The address of the database: the secret, else the key; empty for the default."""
    path = folder / "mailagent.toml"
    try:
        if "MAILAGENT_DATABASE" in environ:
            return main.database
        if secret := secrets.find("database"):
            return read_main_keys({"database": secret}, {}).database
        refuse_password_in_url(main.database)
    except SecretError as error:
        problems.append(Problem(str(path), "database", error.why, error.hint))
    except ValidationError:
        why = "the secret is not a database address"
        problems.append(Problem(str(path), "database", why, "See docs/configuration.md"))
    except PydanticCustomError as error:
        context = error.context or {}
        problems.append(Problem(str(path), "database", str(context["why"]), str(context["hint"])))
    return main.database


def _sqlite(state_folder: Path) -> str:
    return f"sqlite+aiosqlite:///{state_folder / 'mailagent.db'}"


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or "~").expanduser()
