from __future__ import annotations

import pytest

from mailagent.message.html_text import html_to_text
from mailagent.message.new_text import split

QUOTES = [
    '<blockquote type="cite">OLD</blockquote>',
    '<div class="gmail_quote">OLD</div>',
    '<div class="gmail_quote"><div class="gmail_attr">On x wrote:</div><blockquote class="gmail_quote">OLD</blockquote></div>',
    '<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">Le 3 mars, X a écrit :</div><blockquote class="gmail_quote">OLD</blockquote></div>',
    '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>De :</b> x</div><div>OLD</div>',
    '<div id="divRplyFwdMsg">De : x</div><div>OLD</div>',
    '<div class="moz-cite-prefix">Le 03/03/2026, X a écrit :</div><blockquote type="cite">OLD</blockquote>',
    '<div class="yahoo_quoted"><div>OLD</div></div>',
    '<div class="protonmail_quote">OLD</div>',
    '<div id="mail-editor-reference-message-container"><div>OLD</div></div>',
    '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>De : x</p></div></div><p>OLD</p>',
]


@pytest.mark.parametrize("quote", QUOTES)
def test_a_quote_known_by_its_markup_is_marked_in_the_text(quote):
    text = html_to_text(f"<html><body><p>NEW</p>{quote}</body></html>")
    parts = split(text)
    assert parts.new == "NEW"
    assert "OLD" in parts.quoted


def test_answers_between_gmail_quotes_are_new():
    html = (
        '<div>first</div><div class="gmail_quote"><blockquote class="gmail_quote">q1</blockquote>'
        '<div>second</div><blockquote class="gmail_quote">q2</blockquote><div>third</div></div>'
    )
    parts = split(html_to_text(html))
    assert parts.new.split() == ["first", "second", "third"]
    assert parts.quoted == "> q1\n> q2"


HIDDEN = [
    '<p style="display:none">paid</p>',
    '<p style="DISPLAY: NONE">paid</p>',
    '<span style="font-size:0px">paid</span>',
    '<span style="visibility:hidden">paid</span>',
    "<p hidden>paid</p>",
    "<script>paid</script>",
    "<style>paid</style>",
    "<title>paid</title>",
    "<!-- paid -->",
]


@pytest.mark.parametrize("html", HIDDEN)
def test_what_a_reader_cannot_see_is_not_text(html):
    assert html_to_text(f"<p>hello</p>{html}<p>bye</p>").split() == ["hello", "bye"]


def test_entities_breaks_and_tables_read_as_text():
    html = "Pay&eacute;<br>le&nbsp;3<table><tr><td>F-1</td><td>10 €</td></tr></table>"
    assert html_to_text(html).split() == ["Payé", "le", "3", "F-1", "10", "€"]


@pytest.mark.parametrize(
    "html", ["", " ", "<", "<p", "</div></div>", "\x00", "<?xml ?>", "<![if mso]>a"]
)
def test_broken_html_is_text_too(html):
    assert isinstance(html_to_text(html), str)
