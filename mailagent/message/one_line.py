"""Text from outside, made fit to stand in one line of a mail: a header, a name, a cell of a table."""

from __future__ import annotations

import re

# C0 and C1 controls, line and paragraph separators, lone surrogates: all that could begin a new
# line or header, or cannot be encoded.
_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
# Zero-width and direction marks: they hide or turn round what a person reads.
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")


def one_line(text: str) -> str:
    """The text without anything that breaks, hides or reorders a line."""
    if text.isprintable():
        return text
    return _INVISIBLE.sub("", _BREAKING.sub(" ", text))
