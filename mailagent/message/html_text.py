"""HTML bodies as plain text in which quoted mail carries "> ", so that one splitter serves all.

The quote is recognised in the markup, because it leaves no trace in the text. Only what a reader
sees is kept: hidden elements go, and styles too (huge paddings and tables would eat the memory).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from inscriptis import Inscriptis
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_properties import Display
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement as Layout
from lxml.etree import LxmlError  # type: ignore[import-untyped]  # carries no types
from lxml.html import (  # type: ignore[import-untyped]  # same
    HtmlElement,
    HTMLParser,
    document_fromstring,
)

MAX_HTML = 1024 * 1024  # characters
MAX_QUOTES = 50  # outermost quoted blocks converted apart; more stay in the text
MAX_TABLE_WORK = 20_000_000  # rows times characters: what laying out all tables may cost

# The element is the quote.
_QUOTE_CLASSES = frozenset(
    {"gmail_quote", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "gmail_attr"}
    | {"zmail_extra", "ms-outlook-mobile-reference-message", "skiptranslate"}
)
_QUOTE_IDS = frozenset({"isreplycontent", "mail-editor-reference-message-container", "replysplit"})
# The element begins the quote, which has no end: its following siblings belong to it.
_OPEN_IDS = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling", "olk_src_body_section"})
# Outlook for Windows: a rule above the header block is all there is.
_OUTLOOK_RULE = re.compile(
    r"border-top: ?solid #(?:e1e1e1|b5c4df) 1(?:\.0)?pt|border-top-color: ?rgb\(2[12]\d, ?2[12]\d, ?2[12]\d\)"
)
_HIDDEN = re.compile(
    r"display: ?none|visibility: ?hidden|font-size: ?0(?:px|pt|em|%)?(?:;|$)|mso-hide: ?all"
)

_CONFIG = ParserConfig(
    css=STRICT_CSS_PROFILE
    | {"ul": Layout(display=Display.block), "ol": Layout(display=Display.block)}  # no indentation
)
_DECLARATION = re.compile(r"^\s*<\?xml[^<>]*>")  # names a charset, which text no longer has
_MARK = "\ue000"  # private use: stands for a quote while the rest is converted


def html_to_text(source: str) -> str:
    """The visible text of an HTML body, quoted mail prefixed with "> "."""
    source = _DECLARATION.sub("", source[:MAX_HTML].replace(_MARK, "").replace("\0", ""))
    try:
        # "huge": deep nesting is not cut off silently, it overflows below and is caught.
        tree = document_fromstring(source, parser=HTMLParser(huge_tree=True))
    except (LxmlError, ValueError, AssertionError):
        return _without_tags(source)
    try:
        _remove_invisible(tree)
        if _too_costly(tree, len(source)):
            _flatten_tables(tree)
        _break_before_tables(tree)
        text = _convert(tree)
    except (RecursionError, LxmlError, ValueError, IndexError, KeyError):
        text = ""
    # The HTML parser gives up below a certain depth.
    return text or _without_tags(source)


def _convert(tree: HtmlElement) -> str:
    quotes = []
    for number, element in enumerate(_outermost_quotes(tree)):
        if number == MAX_QUOTES:
            break
        quotes.append(element)
    texts = [_detach(element, number) for number, element in enumerate(quotes)]
    text = _plain(tree)
    for number, quoted in enumerate(texts):
        prefixed = "\n".join(f"> {line}".rstrip() for line in quoted.strip().splitlines())
        text = text.replace(f"{_MARK}{number}{_MARK}", f"\n{prefixed}\n")
    return _tidy(text)


def _outermost_quotes(tree: HtmlElement) -> list[HtmlElement]:
    """Quoted blocks in document order, none inside another."""
    found: list[HtmlElement] = []
    inside: set[HtmlElement] = set()
    for element in list(tree.iter("div", "blockquote", "hr", "p", "span", "table")):
        if element in inside or not _is_quote(element):
            continue
        if _begins_open_quote(element):
            element = _with_what_follows(element)  # noqa: PLW2901 - the wrapped block stands in its place
        found.append(element)
        inside.update(element.iterdescendants())
    return found


def _is_quote(element: HtmlElement) -> bool:
    classes = {name.lower().removeprefix("x_") for name in (element.get("class") or "").split()}
    identity = (element.get("id") or "").lower().removeprefix("x_")
    if "gmail_quote" in classes and element.tag == "div" and _is_answered_inline(element):
        return False  # only the blocks inside it are quoted
    if classes & _QUOTE_CLASSES or identity in _QUOTE_IDS:
        return True
    if element.tag == "blockquote":
        return (element.get("type") or "").lower() == "cite"
    return _begins_open_quote(element)


def _is_answered_inline(element: HtmlElement) -> bool:
    """True when a Gmail quote holds its quoted blocks apart from what was written between them."""
    return any("gmail_quote" in (child.get("class") or "") for child in element.iter("blockquote"))


def _begins_open_quote(element: HtmlElement) -> bool:
    identity = (element.get("id") or "").lower().removeprefix("x_")
    return identity in _OPEN_IDS or bool(_OUTLOOK_RULE.search(element.get("data-style") or ""))


def _with_what_follows(element: HtmlElement) -> HtmlElement:
    """A block made of the element and all its following siblings, or its parent's when alone."""
    parent = element.getparent()
    # Outlook wraps the rule in a div of its own.
    while (
        parent is not None
        and parent.tag == "div"
        and parent[0] is element
        and element.getnext() is None
        and not (parent.text or "").strip()
    ):
        element, parent = parent, parent.getparent()
    if parent is None:
        return element
    block = element.makeelement("div")
    following = list(element.itersiblings())
    element.addprevious(block)
    for node in (element, *following):
        block.append(node)
    return block


def _detach(element: HtmlElement, number: int) -> str:
    """The text of a quoted block, which leaves a mark in its place."""
    tail, element.tail = element.tail, None
    mark = element.makeelement("div")
    mark.text, mark.tail = f"{_MARK}{number}{_MARK}", tail
    parent = element.getparent()
    if parent is None:
        return ""
    parent.replace(element, mark)
    return _plain(element)


def _plain(tree: HtmlElement) -> str:
    return str(Inscriptis(tree, _CONFIG).get_text())


def _remove_invisible(tree: HtmlElement) -> None:
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag in {"script", "style", "title"}:
            _drop(element)
            continue
        style = (element.attrib.pop("style", "") or "").lower()[:2000]
        if _HIDDEN.search(style) or element.get("hidden") is not None:
            _drop(element)
        elif _OUTLOOK_RULE.search(style):
            element.set("data-style", style)


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _too_costly(tree: HtmlElement, length: int) -> bool:
    rows = sum(1 for _ in tree.iter("tr"))
    cells = sum(1 for _ in tree.iter("td", "th"))
    return rows * length > MAX_TABLE_WORK or cells > 10_000


def _flatten_tables(tree: HtmlElement) -> None:
    for element in tree.iter("table", "tbody", "thead", "tr", "td", "th"):
        element.tag = "span" if element.tag in {"td", "th"} else "div"
        if element.tag == "span":
            element.tail = f" {element.tail or ''}"


def _break_before_tables(tree: HtmlElement) -> None:
    """Text before a table ends its line; the converter would glue it to the first cell."""
    for table in list(tree.iter("table")):
        if table.getparent() is not None:
            table.addprevious(table.makeelement("br"))


def _tidy(text: str) -> str:
    """No trailing blanks, and at most one empty line in a row."""
    return "\n".join(_single_blank_lines(text.replace("\xa0", " ").splitlines())).strip()


def _single_blank_lines(lines: list[str]) -> Iterator[str]:
    blank = False
    for line in lines:
        stripped = line.rstrip()
        if stripped or not blank:
            yield stripped
        blank = not stripped


def _without_tags(source: str) -> str:
    """The last resort: tags cut out. `[^<>]*` keeps it linear."""
    source = re.sub(r"(?i)<(?:br|/p|/div|/tr|/li)\b[^<>]*>", "\n", source)
    return _tidy(html.unescape(re.sub(r"<[^<>]*>", "", source)))
