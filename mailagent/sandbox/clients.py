"""Answers in the form that real mail clients give them: headers, quoting, encodings, HTML.

The differences are the point: what parts new text from quoted text is different in each client.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from html import escape

from mailagent.sandbox.correspondence import Letter
from mailagent.sandbox.quoting import (
    attribution,
    bold_names,
    header_block,
    html_lines,
    indented,
    marked,
    when_written,
    windows_latin,
    word_paragraphs,
)


class Client(StrEnum):
    """The mail clients that the customers use."""

    GMAIL = "Gmail"
    OUTLOOK = "Outlook"
    OUTLOOK_WEB = "Outlook web"
    APPLE_MAIL = "Apple Mail"
    IPHONE = "iPhone"
    THUNDERBIRD = "Thunderbird"
    YAHOO = "Yahoo"


@dataclass(frozen=True, slots=True)
class Form:
    """What a client makes of a letter."""

    text: str
    html: str  # empty: plain text only
    message_id: str
    headers: tuple[tuple[str, str], ...]  # the client's own
    boundary: str
    charset: str = "utf-8"
    encoding: str = "quoted-printable"


def write(letter: Letter, client: Client) -> bytes:
    """The letter as a raw mail, the way this client sends it."""
    form = _FORMS[client](letter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = str(letter.author)
    mail["To"] = letter.to
    mail["Subject"] = _subject(letter, client)
    mail["Date"] = format_datetime(letter.at)
    mail["Message-ID"] = form.message_id
    if letter.answers is not None and not letter.loses_thread:
        mail["In-Reply-To"] = letter.answers.message_id
        mail["References"] = f"{letter.answers.references} {letter.answers.message_id}".strip()
    for name, value in form.headers:
        mail[name] = value
    mail.set_content(form.text, charset=form.charset, cte=form.encoding)
    if form.html:
        mail.add_alternative(
            form.html, subtype="html", charset=form.charset, cte="quoted-printable"
        )
        mail.set_boundary(form.boundary)
    return mail.as_bytes()


def fingerprint(letter: Letter) -> str:
    """The same letter always gets the same identifiers, so that a seed repeats the run."""
    told = f"{letter.author}{letter.at.isoformat()}{letter.text}"
    return hashlib.sha256(told.encode()).hexdigest()


def _subject(letter: Letter, client: Client) -> str:
    if letter.answers is None:
        return letter.subject
    outlook = client in {Client.OUTLOOK, Client.OUTLOOK_WEB}
    return f"{'RE' if outlook else 'Re'}: {letter.answers.subject}"


def _gmail(letter: Letter) -> Form:
    mark = fingerprint(letter)
    text, html = letter.text, f'<div dir="ltr">{html_lines(letter.text)}</div>'
    if letter.answers is not None:
        said = attribution(
            letter, letter.answers, "'Le' EEE d MMM y 'à' HH:mm", "'On' EEE, MMM d, y 'at' h:mm a"
        )
        text += f"\n\n{said}\n\n{marked(letter.answers.text)}"
        html += (
            '<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f"{escape(said)}<br></div>"
            '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
            'border-left:1px solid rgb(204,204,204);padding-left:1ex">'
            f"{html_lines(letter.answers.text)}</blockquote></div>"
        )
    return Form(
        text, html, f"<CAF{mark[:45]}@mail.gmail.com>", (), boundary=f"000000000000{mark[:16]}"
    )


def _outlook(letter: Letter) -> Form:
    """Outlook on Windows: Word's HTML, and a header block instead of quotation marks."""
    mark = fingerprint(letter).upper()
    text, quoted = letter.text, ""
    if letter.answers is not None:
        block = header_block(letter, letter.answers)
        text += f"\n\n{block}\n\n{letter.answers.text}"
        quoted = (
            '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal">{bold_names(block)}</p></div></div>{word_paragraphs(letter.answers.text)}'
        )
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head>'
        '<meta name="Generator" content="Microsoft Word 15 (filtered medium)"></head>'
        f'<body lang="FR"><div class="WordSection1">{word_paragraphs(letter.text)}{quoted}</div></body></html>'
    )
    server = f"PR3P192MB{int(mark[:4], 16):04d}"
    return Form(
        windows_latin(text),
        windows_latin(html),
        f"<{server}{mark[:28]}@{server}.EURP192.PROD.OUTLOOK.COM>",
        (
            ("Thread-Topic", letter.answers.subject if letter.answers else letter.subject),
            ("Thread-Index", f"Adz{mark[:19]}="),
            ("Accept-Language", "fr-FR, en-US" if letter.language == "fr" else "en-GB, en-US"),
            ("X-MS-Has-Attach", ""),
        ),
        boundary=f"_000_{server}{mark[:20]}_",
        charset="iso-8859-1",
    )


def _outlook_web(letter: Letter) -> Form:
    form = _outlook(letter)
    text, quoted = letter.text, ""
    if letter.answers is not None:
        block = header_block(letter, letter.answers)
        text += f"\n{'_' * 32}\n{block}\n\n{letter.answers.text}"
        quoted = (
            '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
            f'<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif">{bold_names(block)}</font>'
            f"</div><div>{html_lines(letter.answers.text)}</div>"
        )
    html = f'<html><body dir="ltr"><div class="elementToProof">{html_lines(letter.text)}</div>{quoted}</body></html>'
    return Form(
        windows_latin(text),
        windows_latin(html),
        form.message_id,
        form.headers,
        form.boundary,
        charset="iso-8859-1",
    )


def _apple_mail(letter: Letter) -> Form:
    return _apple(letter, "", "Apple Mail (2.3826.700.81)")


def _iphone(letter: Letter) -> Form:
    sent_from = "Envoyé de mon iPhone" if letter.language == "fr" else "Sent from my iPhone"
    return _apple(letter, f"\n\n{sent_from}", "iPhone Mail (23D127)")


def _apple(letter: Letter, farewell: str, mailer: str) -> Form:
    mark = fingerprint(letter).upper()
    text = letter.text + farewell
    html = f'<html><body style="overflow-wrap: break-word;">{html_lines(text)}'
    if letter.answers is not None:
        said = attribution(
            letter, letter.answers, "'Le' d MMM y 'à' HH:mm", "'On' d MMM y, 'at' HH:mm"
        )
        text += f"\n\n> {said}\n> \n{marked(letter.answers.text)}"
        html += (
            f'<div><br><blockquote type="cite"><div>{escape(said)}</div><br>'
            f"<div>{html_lines(letter.answers.text)}</div></blockquote></div>"
        )
    uuid = f"{mark[:8]}-{mark[8:12]}-4{mark[13:16]}-A{mark[17:20]}-{mark[20:32]}"
    return Form(
        text,
        html + "</body></html>",
        f"<{uuid}@{letter.author.domain}>",
        (("X-Mailer", mailer),),
        boundary=f"Apple-Mail-{uuid}",
    )


def _thunderbird(letter: Letter) -> Form:
    mark = fingerprint(letter)
    text = letter.text
    if letter.answers is not None:
        quoted = letter.answers
        when = when_written(letter, quoted, "dd/MM/y 'à' HH:mm", "dd/MM/y HH:mm")
        said = (
            f"Le {when}, {quoted.author.name} a écrit :"
            if letter.language == "fr"
            else f"On {when}, {quoted.author.name} wrote:"
        )
        text += f"\n\n{said}\n{marked(quoted.text)}"
    uuid = f"{mark[:8]}-{mark[8:12]}-4{mark[13:16]}-a{mark[17:20]}-{mark[20:32]}"
    return Form(
        text,
        "",
        f"<{uuid}@{letter.author.domain}>",
        (("User-Agent", "Mozilla Thunderbird"), ("Content-Language", letter.language)),
        boundary="",
        encoding="8bit",
    )


def _yahoo(letter: Letter) -> Form:
    """Yahoo quotes by indentation only, after a line that starts with spaces."""
    mark = fingerprint(letter)
    text, html = (
        letter.text,
        f'<div class="ydp{mark[:8]}yahoo-style-wrap">{html_lines(letter.text)}</div>',
    )
    if letter.answers is not None:
        said = attribution(
            letter,
            letter.answers,
            "'Le' EEEE d MMMM y 'à' HH:mm:ss 'UTC'x",
            "'On' EEEE, MMMM d, y 'at' hh:mm:ss a 'GMT'x",
        )
        text += f"\n\n    {said}\n \n{indented(letter.answers.text)}"
        html += (
            f'<div id="ydp{mark[:8]}yahoo_quoted_1" class="yahoo_quoted"><div>{escape(said)}</div>'
            f"<div><br></div><div>{html_lines(letter.answers.text)}</div></div>"
        )
    number = int(mark[:10], 16)
    return Form(
        text,
        html,
        f"<{number % 10**9}.{number % 10**7}.{number}@mail.yahoo.com>",
        (("X-Mailer", "WebService/1.1.24866 YMailNorrin"),),
        boundary=f"----=_Part_{number % 10**6}_{number % 10**9}.{number}",
    )


_FORMS: dict[Client, Callable[[Letter], Form]] = {
    Client.GMAIL: _gmail,
    Client.OUTLOOK: _outlook,
    Client.OUTLOOK_WEB: _outlook_web,
    Client.APPLE_MAIL: _apple_mail,
    Client.IPHONE: _iphone,
    Client.THUNDERBIRD: _thunderbird,
    Client.YAHOO: _yahoo,
}
