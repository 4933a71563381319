"""A labelled mail as numbers: pieces of words in, the intents and their words out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailagent.core.mail import ParsedMail
from mailagent.reading.pieces import Piece, Pieces
from mailagent.reading.training.corpus import INTENTS, Line

UNLABELLED = -100  # what PyTorch's cross entropy ignores
_PLACE = {intent: place for place, intent in enumerate(INTENTS)}


@dataclass(frozen=True, slots=True)
class Example:
    """One mail. `words` has for each piece 0 (none), 1 + the intent's place, or UNLABELLED."""

    line: Line
    ids: tuple[int, ...]
    first: int
    said: tuple[int, ...]  # places in INTENTS
    words: tuple[int, ...]


def example(line: Line, mail: ParsedMail, pieces: Pieces) -> Example:
    """The mail as the daemon would read it: quoted text and signature are cut before."""
    read = pieces.input(mail.subject, mail.new_text)
    said = tuple(dict.fromkeys(_PLACE[s.intent] for s in line.said))
    if all(s.quote for s in line.said):
        words = (
            UNLABELLED,
            *_words(line, mail.subject, read.subject),
            UNLABELLED,
            *_words(line, mail.new_text, read.text),
            UNLABELLED,
        )
    else:
        words = (UNLABELLED,) * len(read.numbers)
    return Example(line, read.numbers, said[0], said, words)


def _words(line: Line, text: str, pieces: Sequence[Piece]) -> tuple[int, ...]:
    """Which intent each piece belongs to, by the quotes; the later one where two overlap."""
    labels = [0] * len(pieces)
    for said in line.said:
        found = re.search(r"\s+".join(map(re.escape, said.quote.split())), text)
        for place, piece in enumerate(pieces):
            if found and piece.start < found.end() and piece.end > found.start():
                labels[place] = 1 + _PLACE[said.intent]
    return tuple(labels)
