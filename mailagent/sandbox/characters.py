"""The fifteen characters: what each does when a reminder reaches him, as a pure function of the scene."""

from __future__ import annotations

from collections.abc import Callable

from mailagent.sandbox import payers, troubled
from mailagent.sandbox.acts import Act
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import Character


def react(scene: Scene) -> tuple[Act, ...]:
    """What follows from the reminder that was just read."""
    return _CHARACTERS[scene.debtor.character](scene)


_CHARACTERS: dict[Character, Callable[[Scene], tuple[Act, ...]]] = {
    Character.PUNCTUAL: payers.punctual,
    Character.LATE: payers.late,
    Character.KEEPS_WORD: payers.keeps_word,
    Character.BREAKS_WORD: payers.breaks_word,
    Character.DISPUTES: troubled.disputes,
    Character.INSTALMENTS: troubled.instalments,
    Character.AWAY: troubled.away,
    Character.BOUNCES: troubled.bounces,
    Character.LEFT: troubled.left,
    Character.WANTS_COPY: payers.wants_copy,
    Character.INSOLVENT: troubled.insolvent,
    Character.SILENT: troubled.silent,
    Character.ENGLISH: payers.english,
    Character.NEW_THREAD: payers.new_thread,
    Character.ANSWERED: payers.answered,
}
