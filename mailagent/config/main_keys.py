"""The keys of mailagent.toml: the installation, whatever companies it serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailagent.config.values import DatabaseUrl, Line, refusal

ENVIRONMENT_PREFIX = "MAILAGENT_"


class MainKeys(BaseSettings):
    """Each key can also be given by the environment, as MAILAGENT_ and its name in capitals."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )

    database: DatabaseUrl = Field(
        default="",
        repr=False,
        description="Where everything is kept, such as postgresql+psycopg://mailagent@db/mailagent; "
        "empty: SQLite in the state folder. A password in it goes into the secret `database`.",
    )
    state_folder: Line = Field(
        default="",
        description="Folder of the SQLite database; empty: $STATE_DIRECTORY, or /var/lib/mailagent "
        "for a configuration under /etc, or ~/.local/state/mailagent.",
    )
    templates: Line = Field(
        default="",
        description="Folder with templates of your own; a file there replaces the shipped one of "
        "the same name.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged."
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="json for machines, text for people."
    )


def read_main_keys(table: Mapping[str, Any], environ: Mapping[str, str]) -> MainKeys:
    """The keys of the file, each replaced by the environment where that has it."""

    class Sources(MainKeys):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the process's own, not used
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - same
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - same
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return _GivenEnvironment(settings_cls, environ), init_settings

    return Sources(**table)


class _GivenEnvironment(PydanticBaseSettingsSource):
    """The environment as handed in, so that nothing reads the process's own behind our back."""

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._environ = environ

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 - pydantic-settings' signature
        return self._environ.get(ENVIRONMENT_PREFIX + field_name.upper()), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in values.items() if value is not None}


def refuse_password_in_url(url: str) -> None:
    """Raise for a database address that carries its password in a file everybody may read."""
    if urlsplit(url).password:
        raise refusal(
            "contains a password",
            "Put the whole address into the secret `database`, or use PGPASSFILE",
        )
