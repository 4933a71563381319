"""The demonstration is configured through the same files as everything else."""

from pathlib import Path

from mailagent.sandbox.office import set_up_office
from mailagent.sandbox.story import joinery


def test_the_files_say_what_the_story_says(tmp_path: Path) -> None:
    settings = set_up_office(tmp_path, joinery(), 1143, 1587, 's"3\\cret')
    (config,) = settings.companies
    assert config.company == joinery()
    assert config.imap.server.port == 1143
    assert config.smtp.server.port == 1587
    assert config.imap.server.login is not None
    assert config.imap.server.login.password == 's"3\\cret'
    assert settings.database.endswith(f"{tmp_path}/mailagent.db")
