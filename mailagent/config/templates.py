"""Which templates there are, told by their folders; rendering them is the business of message."""

from __future__ import annotations

import re
from pathlib import Path

from mailagent.resources import resource_folder

_LANGUAGE = re.compile(r"[a-z]{2}")


def languages_in(folder: Path) -> frozenset[str]:
    """The languages with templates, in that folder or shipped."""
    return frozenset(subject.parts[-3] for subject in _subjects(folder))


def templates_in(folder: Path) -> frozenset[str]:
    """The names of templates that exist in at least one language."""
    return frozenset(subject.parts[-2] for subject in _subjects(folder))


def _subjects(folder: Path) -> list[Path]:
    folders = (folder, resource_folder("templates"))
    found = [path for each in folders for path in each.glob("*/*/subject.txt")]
    return [path for path in found if _LANGUAGE.fullmatch(path.parts[-3])]
