"""Mail made to exhaust a parser: limits hold, and the work grows in step with the input."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from mailagent.message import (
    autoreply,
    body,
    dsn,
    forwarded,
    headers,
    html_text,
    markers,
    new_text,
    references,
    written_date,
)
from mailagent.message import parse as parse_module
from mailagent.message.body import MAX_LINE, MAX_PARTS, MAX_TEXT
from mailagent.message.html_text import html_to_text
from mailagent.message.new_text import split
from mailagent.message.parse import parse
from tests.effort import calls, explosive

HEADER = b"From: a@b.example\nSubject: x\n"


@pytest.mark.parametrize(
    "line",
    [
        "> > > ",
        "On 1 March 2026\n",
        "De : x\n",
        "________________\n",
        "> a\nb\n",
        "Le 3 mars\n\n",
        "-- \n",
    ],
)
def test_splitting_takes_steps_in_proportion_to_the_lines(line):
    text = line * 2000
    single, double = calls(lambda: split(text)), calls(lambda: split(text * 2))
    assert double < 2.2 * single


@pytest.mark.parametrize("field", ["=?utf-8?q?", "=?utf-8?b?YQ==?= ", "<a@b", "((", '"a', "a@b.c,"])
def test_headers_take_steps_in_proportion_to_their_length(field):
    def mail(times: int) -> bytes:
        return f"From: {field * times}\nReferences: {field * times}\n\nx".encode()

    single, double = calls(lambda: parse(mail(400))), calls(lambda: parse(mail(800)))
    assert double < 2.2 * single + 2000


def test_a_hundred_thousand_parts_are_not_all_read():
    raw = HEADER + b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 100_000
    parsed = parse(raw)
    assert any(str(MAX_PARTS) in problem for problem in parsed.problems)


def test_a_thousand_nested_multiparts_go_to_quarantine():
    raw = HEADER + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(1000)
    )
    parsed = parse(raw)
    assert parsed.unreadable
    assert parsed.sender == "a@b.example"  # the header is read all the same


def test_a_thousand_nested_messages_go_to_quarantine():
    assert parse(HEADER + b"Content-Type: message/rfc822\n\n" * 1000 + b"x").unreadable


def test_parts_below_the_depth_limit_are_not_read():
    raw = HEADER
    for i in range(20):
        raw += b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i)
    raw += b"Content-Type: text/plain\n\ndeep\n"
    parsed = parse(raw)
    assert "deep" not in parsed.text
    assert any("deeper" in problem for problem in parsed.problems)


def test_many_boundaries_in_many_lines_are_refused_before_parsing():
    raw = HEADER + b"X: boundary boundary\n" * 3000 + b"\n" + b"\n" * 10_000
    assert "too many parts" in parse(raw).unreadable


def test_a_giant_content_type_is_refused_before_parsing():
    raw = HEADER + b'Content-Type: text/plain; a="' + b";" * 60_000 + b'"\n\nx'
    assert "Content-Type" in parse(raw).unreadable


def test_text_and_lines_are_cut():
    parsed = parse(HEADER + b"\n" + b"a" * (MAX_TEXT + 5) + b"\nb")
    assert len(parsed.text) == MAX_LINE
    assert len(parsed.problems) == 2


def test_a_header_of_many_comments_does_not_overflow_the_stack():
    assert parse(b"From: " + b"(" * 60_000 + b"\nSubject: x\n\ny").subject == "x"


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + "paid",
        "<table><tr><td>" * 5000 + "paid",
        "<blockquote type=cite>" * 5000 + "paid",
        "<ul><li>" * 3000 + "paid",
    ],
    ids=["divs", "tables", "quotes", "lists"],
)
def test_deep_html_still_yields_its_text(html):
    assert "paid" in html_to_text(html)


def test_wide_tables_are_not_laid_out():
    rows = "<tr><td>x</td><td>z</td></tr>" * 2000
    html = f"<table><tr><td>{'y' * 100_000}</td></tr>{rows}</table>"
    assert len(html_to_text(html)) < 10 * len(html)


def test_styles_cannot_blow_up_the_text():
    assert len(html_to_text('<div style="padding-left:100000000em">x</div>' * 100)) < 1000


MODULES = (
    autoreply,
    body,
    dsn,
    forwarded,
    headers,
    html_text,
    markers,
    new_text,
    parse_module,
    references,
)


def patterns() -> Iterator[tuple[str, str]]:
    for module in (*MODULES, written_date):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", value.pattern


@pytest.mark.parametrize(("name", "pattern"), list(patterns()), ids=[n for n, _ in patterns()])
def test_no_pattern_repeats_a_repetition_without_end(name, pattern):
    assert not explosive(pattern), name
