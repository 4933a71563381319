"""Month names in seven languages (FR EN DE ES IT NL PT), long or abbreviated."""

from __future__ import annotations

import unicodedata
from itertools import filterfalse

_NAMES = (
    "janvier january januar enero gennaio januari janeiro janv jan ene gen jaenner",
    "fevrier february februar febrero febbraio februari fevereiro fevr fev feb",
    "mars march marz marzo maart marco mar mrz maerz mrt",
    "avril april abril aprile avr apr abr",
    "mai may mayo maggio mei maio mag",
    "juin june juni junio giugno junho jun giu",
    "juillet july juli julio luglio julho juil jul lug",
    "aout august agosto augustus aug ago aou",
    "septembre september septiembre settembre setembro sept sep set",
    "octobre october oktober octubre ottobre outubro oct okt ott out",
    "novembre november noviembre novembro nov",
    "decembre december dezember diciembre dicembre dezembro dec dez dic",
)
_NUMBERS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}


def fold(text: str) -> str:
    """Lower case without accents, to compare what people type in haste."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    if decomposed.isascii():
        return decomposed
    return "".join(filterfalse(unicodedata.combining, decomposed))


def month_number(word: str) -> int | None:
    """1 to 12 for the name of a month; None for any other word."""
    return _NUMBERS.get(fold(word).rstrip("."))
