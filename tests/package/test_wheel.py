"""The wheel alone, in an empty environment far from the source tree, is the whole product."""

from __future__ import annotations

import os
import subprocess
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the locked dependencies and the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True, symlinks=True)
    pip = [str(folder / "bin/pip"), "--disable-pip-version-check", "--quiet", "install"]
    run([*pip, "--require-hashes", "--requirement", str(ROOT / "requirements.lock")], folder)
    run([*pip, "--no-deps", "--no-index", str(wheel)], folder)
    return folder / "bin"


def run(command: list[str], folder: Path) -> str:
    """What it prints, run in a folder with nothing of ours and without our environment."""
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTHON")}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def test_templates_configuration_and_units_are_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    shipped = [
        path.relative_to(ROOT)
        for folder in ("templates", "config", "systemd")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    assert {f"mailagent/data/{path}" for path in shipped} <= inside
    assert not [name for name in inside if name.startswith(("tests", "bench"))]


def test_the_program_comes_from_the_environment(installed: Path, tmp_path: Path) -> None:
    found = run(
        [str(installed / "python"), "-c", "import mailagent; print(mailagent.__file__)"], tmp_path
    )
    assert Path(found.strip()).is_relative_to(installed.parent)
    assert run([str(installed / "mailagent"), "--version"], tmp_path).startswith("mailagent ")


def test_no_dependency_is_missing_or_in_conflict(installed: Path, tmp_path: Path) -> None:
    run([str(installed / "pip"), "--disable-pip-version-check", "check"], tmp_path)


def test_the_demonstration_runs(installed: Path, tmp_path: Path) -> None:
    told = run([str(installed / "mailagent"), "demo"], tmp_path)
    assert "All 9 promises kept in 60 days" in told
    assert "Not as their characters make one expect" not in told
