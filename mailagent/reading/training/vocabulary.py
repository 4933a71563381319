"""Which pieces of words the model knows: the likeliest of the pretrained ones in Latin script."""

from __future__ import annotations

import unicodedata

from mailagent.reading.pieces import UNKNOWN, Pieces
from mailagent.reading.training.checkpoint import Checkpoint

_WORD_START = "▁"


def kept_rows(checkpoint: Checkpoint, size: int) -> list[int]:
    """The rows of the word table to keep: the specials, then the likeliest Latin pieces."""
    specials = range(UNKNOWN + 1)
    latin = [
        row
        for row in range(len(specials), len(checkpoint.pieces))
        if _is_latin(checkpoint.pieces[row])
    ]
    latin.sort(key=lambda row: (-checkpoint.scores[row], row))
    return [*specials, *latin[: size - len(specials)]]


def kept_pieces(checkpoint: Checkpoint, rows: list[int]) -> Pieces:
    """The same with their words, as the daemon loads them."""
    return Pieces(
        [checkpoint.pieces[row] for row in rows],
        [round(float(checkpoint.scores[row]), 4) for row in rows],
    )


def _is_latin(piece: str) -> bool:
    return all(_fits(character) for character in piece if character != _WORD_START)


def _fits(character: str) -> bool:
    """True for Latin letters, ASCII digits, and punctuation and symbols of any script."""
    kind = unicodedata.category(character)[0]
    if kind == "L":
        return unicodedata.name(character, "").startswith("LATIN")
    if kind == "N":
        return character.isascii()
    return kind in "PS"
