"""How mail clients quote: the line that introduces the old mail, and the marks on its lines."""

from __future__ import annotations

from html import escape

from babel.dates import format_datetime as local_datetime

from mailagent.sandbox.correspondence import Letter, ReadMail

_LATIN = {"’": "'", "‘": "'", "…": "...", "–": "-", "œ": "oe", "€": "EUR", "\u202f": " "}


def attribution(letter: Letter, quoted: ReadMail, french: str, english: str) -> str:
    wrote = "a écrit :" if letter.language == "fr" else "wrote:"
    return f"{when_written(letter, quoted, french, english)}, {quoted.author} {wrote}"


def header_block(letter: Letter, quoted: ReadMail) -> str:
    when = when_written(letter, quoted, "EEEE d MMMM y HH:mm", "EEEE, MMMM d, y h:mm a")
    names = (
        ("De :", "Envoyé :", "À :", "Objet :")
        if letter.language == "fr"
        else ("From:", "Sent:", "To:", "Subject:")
    )
    values = (str(quoted.author), when, str(quoted.reader), quoted.subject)
    return "\n".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def when_written(letter: Letter, quoted: ReadMail, french: str, english: str) -> str:
    """The date of the quoted mail, on the clock and in the language of the one who quotes."""
    local = quoted.at.astimezone(letter.at.tzinfo)
    is_french = letter.language == "fr"
    return local_datetime(
        local, french if is_french else english, locale="fr" if is_french else "en"
    )


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def html_lines(text: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.splitlines())


def bold_names(text: str) -> str:
    lines = (escape(line).split(":", 1) for line in text.splitlines())
    return "<br>".join(f"<b>{name}:</b>{value}" for name, value in lines)


def word_paragraphs(text: str) -> str:
    lines = (escape(line) or "<o:p>&nbsp;</o:p>" for line in text.splitlines())
    return "".join(f'<p class="MsoNormal">{line}</p>' for line in lines)


def windows_latin(text: str) -> str:
    """Only what ISO 8859-1 has."""
    for character, replacement in _LATIN.items():
        text = text.replace(character, replacement)
    return text.encode("iso-8859-1", "replace").decode("iso-8859-1")
