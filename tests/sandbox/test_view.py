"""What a newcomer sees: plain lines without a terminal, a table of 100 columns with one."""

import io
import re
from datetime import UTC, datetime, timedelta

from rich.console import Console

from mailagent.sandbox.news import Kind, News
from mailagent.sandbox.story import build_story
from mailagent.sandbox.view import LiveView, PlainView, Row, Tally

STORY = build_story(1)
AT = datetime(2026, 3, 9, 7, 29, tzinfo=UTC)
CLAIM = News(
    AT,
    Kind.RECEIVED,
    "C1013",
    "says it is paid",
    "says paid",
    "Please note that invoice FA-2026-0086 was paid on 5 March by bank transfer (our reference HI-20441).",
    "it answers our mail 12 to emma.clarke@harrington-interiors.example",
    (
        "reminder D+10 withdrawn before it left",
        "FA-2026-0086 silent until 16 Mar (claim to verify)",
    ),
    0.97,
)


def plain(*items: News) -> list[str]:
    out = io.StringIO()
    view = PlainView(Console(file=out, width=40), STORY)
    for item in items:
        view.news(item)
    view.state(AT, {}, Tally())
    view.close()
    return out.getvalue().splitlines()


def test_a_received_mail_is_told_with_its_words_and_what_follows() -> None:
    assert plain(CLAIM) == [
        "Mon  9 Mar 08:29  ← Harrington Interiors Ltd   says it is paid",
        "                    « Please note that invoice FA-2026-0086 was paid on 5 March by bank transfer",
        "                    (our reference HI-20441). »",
        "                    so: reminder D+10 withdrawn before it left; FA-2026-0086 silent until 16 Mar",
        "                        (claim to verify)",
    ]


def test_a_long_quote_ends_after_two_lines_of_a_hundred_columns() -> None:
    lines = plain(News(AT, Kind.RECEIVED, "C1001", "writes", "writes", "bonjour " * 60))
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert max(len(line) for line in lines) <= 100


def test_a_stranger_has_no_name() -> None:
    (line,) = plain(News(AT, Kind.STRANGER, "", "a mailing list or newsletter", ""))
    assert line == "Mon  9 Mar 08:29  · someone else               a mailing list or newsletter"


def test_an_alert_is_mailagents_own() -> None:
    (line,) = plain(News(AT, Kind.ALERT, "", "the clock was set ahead by 1.0 hours", "look here"))
    assert (
        line
        == "Mon  9 Mar 08:29  ! mailagent                  the clock was set ahead by 1.0 hours"
    )


def live(height: int, *items: News, width: int = 100) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=True, color_system=None)
    view = LiveView(console, STORY)
    rows = {
        debtor.ref: Row(123450, "unreachable until 31 Mar", "yellow") for debtor in STORY.debtors
    }
    view.state(AT, rows, Tally(sent=12, received=6, waiting=2))
    for item in items:
        view.news(item)
    out.truncate(0)
    out.seek(0)
    view.state(AT, rows, Tally(sent=12, received=6, waiting=2))
    picture = out.getvalue()
    view.close()
    return picture


def test_the_live_view_names_everyone_and_tells_the_last_answer() -> None:
    picture = live(30, CLAIM)
    for debtor in STORY.debtors:
        assert debtor.name in picture
        assert debtor.character in picture
    assert "12 sent  6 read  2 for Claire" in picture
    assert "1 234,50" in picture
    assert "← 9 Mar says paid" in picture
    assert "(97% sure)" in picture
    assert "it answers our mail 12" in picture
    assert "silent until 16 Mar" in picture


def test_the_live_view_fits_a_hundred_columns_and_thirty_lines() -> None:
    lines = live(30, CLAIM).splitlines()
    assert len(lines) <= 30
    assert max(len(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", line)) for line in lines) <= 100


def test_a_small_terminal_gets_single_lines() -> None:
    assert len(live(24, CLAIM).splitlines()) <= 24


def test_before_anybody_answers_it_says_so() -> None:
    assert "Nobody has answered yet." in live(30)


def test_news_of_earlier_days_stay_in_the_last_column() -> None:
    sent = News(AT - timedelta(days=7), Kind.SENT, "C1001", "reminder D+3 about X", "D+3")
    assert "→ 2 Mar D+3" in live(30, sent)


def test_eighty_columns_leave_out_the_characters_and_keep_the_rest() -> None:
    picture = live(30, CLAIM, width=80)
    assert "answers in English" not in picture
    assert "← 9 Mar says paid" in picture
    assert "unreachable until 31 Mar" in picture
