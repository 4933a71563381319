"""The no-break spaces of French typography, put into template text and never into data.

Templates are written with ordinary spaces, which every editor shows and keeps.
"""

from __future__ import annotations

import re

from jinja2.ext import Extension

_NO_BREAK = "\u00a0"
_TAGS = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_BEFORE = re.compile(r" (?=[:;!?»€%])")
_AFTER = re.compile(
    r"(?<=«) |\A (?=jours\b)|(?<=\bn°) |(?<=\b[LRD]\.) (?=\d)|(?<=\bart\.) (?=[LRD\d])"
)


class FrenchSpacing(Extension):
    """Works on the source of a template, outside its tags."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 - jinja2's signature
        """The source with the spaces that must not break a line made so."""
        parts = _TAGS.split(source)
        parts[::2] = (_AFTER.sub(_NO_BREAK, _BEFORE.sub(_NO_BREAK, text)) for text in parts[::2])
        return "".join(parts)
