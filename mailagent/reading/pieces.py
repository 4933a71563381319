"""A text as pieces of words, the model's alphabet: the likeliest segmentation under a unigram model.

Kudo 2018, "Subword Regularization", section 3.1, found by Viterbi. The library for it brings a client for a model
hub along, which a program that promises to stay local (P10) does not want.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, PADDING, END, UNKNOWN = range(4)  # the first four pieces
MAX_SUBJECT, MAX_PIECES = 48, 192  # of the subject; of a whole input

_WORD_START = "▁"
_UNKNOWN_PENALTY = 10.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its number, and where in the text its characters stand."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Input:
    """What the network reads: <s> subject </s> text </s>; `of_text` has the places of the text's pieces."""

    numbers: tuple[int, ...]
    subject: tuple[Piece, ...]
    text: tuple[Piece, ...]

    @property
    def first_of_text(self) -> int:
        """The place in `numbers` of the first piece of the text."""
        return len(self.subject) + 2


class Pieces:
    """The known pieces with their log probabilities."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._pieces = pieces
        self._scores = scores
        self._number = {piece: n for n, piece in enumerate(pieces) if n > UNKNOWN}
        self._longest = max(map(len, self._number))
        self._unknown = min(scores) - _UNKNOWN_PENALTY

    @classmethod
    def load(cls, file: Path) -> Pieces:
        """The pieces as `save` wrote them. Raises OSError, ValueError, KeyError."""
        found = json.loads(file.read_text("utf-8"))
        return cls(found["pieces"], found["scores"])

    def save(self, file: Path) -> None:
        content = {"pieces": list(self._pieces), "scores": [round(s, 4) for s in self._scores]}
        file.write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    def input(self, subject: str, text: str) -> Input:
        """Subject and text as one input; what is too long is cut at the end."""
        above = tuple(self.split(subject)[:MAX_SUBJECT])
        below = tuple(self.split(text)[: MAX_PIECES - len(above) - 3])
        numbers = (
            BEGIN, *(p.number for p in above), END, *(p.number for p in below), END,
        )  # fmt: skip
        return Input(numbers, above, below)

    def split(self, text: str) -> list[Piece]:
        """The likeliest pieces of a text."""
        characters, places = _normalised(text)
        best = [0.0] + [float("-inf")] * len(characters)
        came_from = [(0, UNKNOWN)] * (len(characters) + 1)
        for start in range(len(characters)):
            so_far = best[start]
            for end in range(start + 1, min(start + self._longest, len(characters)) + 1):
                number = self._number.get(characters[start:end])
                score = so_far + (self._unknown if number is None else self._scores[number])
                if (number is not None or end == start + 1) and score > best[end]:
                    best[end] = score
                    came_from[end] = (start, UNKNOWN if number is None else number)
        return _walked_back(came_from, places)


def _walked_back(
    came_from: Sequence[tuple[int, int]], places: Sequence[tuple[int, int]]
) -> list[Piece]:
    """The pieces of the best path; neighbouring unknown characters are one."""
    found: list[Piece] = []
    end = len(came_from) - 1
    while end > 0:
        start, number = came_from[end]
        piece = Piece(number, places[start][0], places[end - 1][1])
        if found and number == UNKNOWN == found[-1].number:
            piece = Piece(UNKNOWN, piece.start, found.pop().end)
        found.append(piece)
        end = start
    return found[::-1]


def _normalised(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Compatibility forms folded (NFKC), runs of blanks one word start; and where each character comes from."""
    characters = [_WORD_START]
    places = [(0, 0)]
    for place, character in enumerate(text):
        for plain in unicodedata.normalize("NFKC", character):
            if not plain.isspace():
                characters.append(plain)
                places.append((place, place + 1))
            elif characters[-1] != _WORD_START:
                characters.append(_WORD_START)
                places.append((place, place + 1))
    if characters[-1] == _WORD_START:
        del characters[-1], places[-1]
    return "".join(characters), places
