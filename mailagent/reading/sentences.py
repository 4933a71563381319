"""A text as sentences and clauses, each verbatim, so that every conclusion can quote its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailagent.core.invoice import normalise_number
from mailagent.core.numbers import find_numbers

MAX_SENTENCES = 200
MAX_SENTENCE = 600  # characters; longer ones are lists or disclaimers and are cut

# A full stop ends a sentence only before a blank and a capital: "1.234,56", "M. Martin", "15.03." go on.
_END = re.compile(
    r"(?<=[!?])\s+|(?<=[a-zà-ÿ)€%\"»][.])\s+(?=[A-ZÀ-Þ«\"])|"
    # "am 15. März" goes on, "le 15. Merci" does not.
    r"(?<=[0-9][.])\s+(?=[A-ZÀ-Þ«])(?!Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)|"
    r"\n{2,}|;\s|…|\.{3,}"
)
_CLAUSE = re.compile(
    r",?\s+(?=(?:mais|par contre|en revanche|cependant|toutefois|but|however|whereas|aber|jedoch|pero|ma|maar|porém|mas)\s)",
    re.IGNORECASE,
)
# A word that may join two statements about two invoices.
_JOINT = re.compile(
    r"\s*[,:;/–-]\s+|\s+(?:et|and|und|y|e|en|while|tandis que|quant à|pour|concernant|as for)\s+(?:(?:la|le|the|die|für|for|la facture|facture|invoice|n°)\s+){0,3}",
    re.IGNORECASE,
)


_FILLER = re.compile(
    r"(?:les?|la|the|die|der|das|las?|los|il|i|facturen?s?|factures?|invoices?|rechnung(?:en)?|facturas?|fattur[ae]|n°|no\.?|nr\.?|et|and|und)$",
    re.IGNORECASE,
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text in order; a line that ends in mid-sentence is joined to the next."""
    joined = _join_wrapped_lines(text)
    found = (piece.strip() for piece in _END.split(joined) if piece)
    return tuple(piece[:MAX_SENTENCE] for piece in found if any(c.isalnum() for c in piece))[
        :MAX_SENTENCES
    ]


def clauses(sentence: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """The statements of a sentence: cut at "but", and where another invoice begins."""
    found: list[str] = []
    for piece in _CLAUSE.split(sentence):
        found.extend(_by_invoice(piece, numbers))
    return tuple(piece.strip(" ,") for piece in found if piece.strip(" ,"))


def invoices_in(text: str, numbers: Sequence[str]) -> tuple[str, ...]:
    """Those of the given invoice numbers that a text names, however they are punctuated."""
    squeezed = normalise_number(text)
    tokens = {normalise_number(token) for token in re.split(r"[\s,;:()\[\]\"']+", text)}
    words = {*find_numbers(text)}
    plain = {normalise_number(n) for n in numbers} & words
    return tuple(n for n in numbers if _named(normalise_number(n), squeezed, tokens, plain))


def _named(number: str, squeezed: str, tokens: set[str], plain: set[str]) -> bool:
    """True when the number stands there; short ones must stand alone, "12" is in every date.

    `plain` are the numbers that stand there as words: "FA-2026-001" is not named by "FA-2026-0012".
    """
    if not number:
        return False
    if len(number) >= 6 and not number.isdigit():
        inside = any(number in other for other in plain)
        return number in plain or (number in squeezed and not inside)
    return any(token == number or token.removeprefix("N") == number for token in tokens)


def _by_invoice(sentence: str, numbers: Sequence[str]) -> list[str]:
    if len(invoices_in(sentence, numbers)) < 2:
        return [sentence]
    pieces = [""]
    end = 0
    for joint in _JOINT.finditer(sentence):
        pieces[-1] += sentence[end : joint.start()]
        end = joint.end()
        following = sentence[end : end + 40]
        if invoices_in(" ".join(following.split()[:2]), numbers) or _opens_invoice(
            following, numbers
        ):
            pieces.append("")
        else:
            pieces[-1] += joint[0]
    pieces[-1] += sentence[end:]
    return _with_predicates(pieces, numbers)


def _with_predicates(pieces: list[str], numbers: Sequence[str]) -> list[str]:
    """Pieces that say something: "F-101 and F-102 are paid" is one statement about two."""
    joined: list[str] = []
    bare = ""
    for piece in pieces:
        if _only_names(piece, numbers):
            bare += f"{piece}, "
        else:
            joined.append(bare + piece)
            bare = ""
    if (
        bare and joined
    ):  # "we contest F-101 and F-102": the names at the end belong to what was said
        return [*joined[:-1], f"{joined[-1]}, {bare}"]
    return [bare] if bare else joined


def _only_names(piece: str, numbers: Sequence[str]) -> bool:
    words = [word for word in re.split(r"[\s,;:]+", piece) if word]
    return all(_FILLER.match(word) or invoices_in(word, numbers) for word in words)


def _opens_invoice(text: str, numbers: Sequence[str]) -> bool:
    """True where "the invoice F-102 ..." begins."""
    words = re.sub(
        r"^(?:la|le|les|the|die|facture|factures|invoice|rechnung|factura|fattura|n°|no\.?|nr\.?)\s+",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return bool(invoices_in(" ".join(words.split()[:2]), numbers))


def _join_wrapped_lines(text: str) -> str:
    """One line per paragraph where a mail program wrapped at about 72 columns."""
    lines = text.split("\n")
    joined: list[str] = []
    wrapped = False
    for line in lines:
        stripped = line.strip()
        if wrapped and stripped and stripped[:1] not in "-*•>":
            joined[-1] += f"\n{stripped}"
        else:
            joined.append(stripped)
        wrapped = len(line) >= 50 and line.rstrip()[-1:] not in ".!?:;"
    return "\n\n".join(joined)
