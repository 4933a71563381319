"""A proposal to pay in parts: how many, how much each time, from when."""

from __future__ import annotations

import re
from datetime import date

from mailagent.core.mail import Instalments
from mailagent.core.months import fold
from mailagent.reading.amounts import find_amounts
from mailagent.reading.dates import Direction, find_dates

MIN_PARTS, MAX_PARTS = 2, 36

_NUMBERS = (
    "un|une|one|ein|eine|uno|una|een|um|uma",
    "deux|two|zwei|dos|due|twee|dois|duas",
    "trois|three|drei|tres|tre|drie",
    "quatre|four|vier|cuatro|quattro|quatro",
    "cinq|five|funf|cinco|cinque|vijf",
    "six|sechs|seis|sei|zes",
    "sept|seven|sieben|siete|sette|zeven|sete",
    "huit|eight|acht|ocho|otto|oito",
    "neuf|nine|neun|nueve|nove|negen",
    "dix|ten|zehn|diez|dieci|tien|dez",
    "onze|eleven|elf|once|undici",
    "douze|twelve|zwolf|doce|dodici|twaalf|doze",
)
_COUNT = r"(?P<count>\d{1,2}|" + "|".join(_NUMBERS) + ")"
_PARTS = re.compile(
    rf"\b{_COUNT} ?(?:x\b|fois|mensualites?|versements?|echeances?|paiements?|reglements?|cheques?|tranches|parts|mois|traites|"
    r"(?:equal |monthly |weekly )*(?:instal?lments?|payments?|parts|times|goes|lots|months|chunks|tranches|pmts)|"
    r"(?:gleichen |monats)?raten|teilen|teilzahlungen|monatsraten|(?:pagos|plazos|cuotas|veces|meses|mensualidades)|"
    r"(?:rate|volte|mesi)|(?:termijnen|keer|maanden|delen)|(?:prestacoes|parcelas|vezes))\b"
)
_EACH = re.compile(
    r"\b(?:par mois|chaque mois|tous les mois|mensuel\w*|/ ?mois|par semaine|a month|per month|each month|every month|monthly|a week|per week|a fortnight|pro monat|monatlich|im monat|"
    r"al mes|por mes|cada mes|al mese|ogni mese|mensil\w+|per maand|elke maand|todos os meses|chacun\w*|(?:mensualites?|versements?|echeances|raten|rate|cuotas|plazos|termijnen|prestacoes|parcelas|instal?lments?|payments?) (?:de|of|von|zu|di|van|a) [€$£]?\s?\d+|each|je rate|cada um\w?)\b"
)


_ON = {
    **dict.fromkeys(("à partir du", "a partir du", "à compter du", "dès le"), "le"),
    **dict.fromkeys(("from", "starting", "beginning", "starting from"), "on"),
    **dict.fromkeys(("ab dem", "ab"), "am"),
    **dict.fromkeys(("a partir del", "desde el"), "el"),
    **dict.fromkeys(("a partire dal", "dal"), "il"),
    **dict.fromkeys(("a partir de", "a partir do dia"), "dia"),
    "vanaf": "op",
}
_FROM = re.compile(r"\b(" + "|".join(sorted(_ON, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def find_instalments(text: str, today: date, language: str, currency: str) -> Instalments | None:
    """The parts proposed in a text that asks for a plan; None when it names none."""
    folded = fold(text).replace("’", "'")
    match = _PARTS.search(folded)
    count = _number(match["count"]) if match else None
    if count is not None and not MIN_PARTS <= count <= MAX_PARTS:
        count = None
    amounts = find_amounts(text, currency) if _EACH.search(folded) or count else ()
    amount = (
        amounts[0].amount
        if len({a.amount for a in amounts}) == 1 and _EACH.search(folded)
        else None
    )
    # "From 15 April" begins a plan, where elsewhere it names no day.
    plain = _FROM.sub(lambda match: _ON[match[1].lower()], text)
    dates = find_dates(plain, today, language, Direction.FUTURE)
    first = min((d.day for d in dates), default=None)
    if count is None and amount is None:
        return None
    return Instalments(count, amount, first.isoformat() if first else None)


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    return next((i for i, names in enumerate(_NUMBERS, 1) if word in names.split("|")), None)
