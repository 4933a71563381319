from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.reading.date_words import WORDS
from mailagent.reading.dates import Direction, find_dates, one_date

PAST, FUTURE = Direction.PAST, Direction.FUTURE
WEDNESDAY = date(2026, 3, 18)

CASES = [
    # language, words, direction, day on Wednesday 18 March 2026
    ("fr", "vendredi prochain", FUTURE, "2026-03-20"),
    ("fr", "ce vendredi", FUTURE, "2026-03-20"),
    ("fr", "lundi en huit", FUTURE, "2026-03-30"),
    ("fr", "lundi en quinze", FUTURE, "2026-04-06"),
    ("fr", "le 15", FUTURE, "2026-04-15"),
    ("fr", "le 15", PAST, "2026-03-15"),
    ("fr", "le 31", FUTURE, "2026-03-31"),
    ("fr", "fin de mois", FUTURE, "2026-03-31"),
    ("fr", "à la fin du mois prochain", FUTURE, "2026-04-30"),
    ("fr", "fin mai", FUTURE, "2026-05-31"),
    ("fr", "mi-avril", FUTURE, "2026-04-15"),
    ("fr", "courant avril", FUTURE, "2026-04-30"),
    ("fr", "sous huitaine", FUTURE, "2026-03-26"),
    ("fr", "sous quinzaine", FUTURE, "2026-04-02"),
    ("fr", "sous 10 jours", FUTURE, "2026-03-28"),
    ("fr", "sous 5 jours ouvrés", FUTURE, "2026-03-25"),
    ("fr", "sous 48h", FUTURE, "2026-03-20"),
    ("fr", "dans trois semaines", FUTURE, "2026-04-08"),
    ("fr", "semaine prochaine", FUTURE, "2026-03-27"),
    ("fr", "fin de semaine", FUTURE, "2026-03-20"),
    ("fr", "semaine 14", FUTURE, "2026-04-03"),
    ("fr", "le 15 du mois prochain", FUTURE, "2026-04-15"),
    ("fr", "le 1er avril", FUTURE, "2026-04-01"),
    ("fr", "vendredi 20 mars", FUTURE, "2026-03-20"),
    ("fr", "le vendredi 20", FUTURE, "2026-03-20"),
    ("fr", "entre le 20 et le 25 mars", FUTURE, "2026-03-25"),  # of a range the latest day
    ("fr", "hier", PAST, "2026-03-17"),
    ("fr", "avant-hier", PAST, "2026-03-16"),
    ("fr", "mardi dernier", PAST, "2026-03-17"),
    ("fr", "lundi", PAST, "2026-03-16"),
    ("fr", "le 3/02", PAST, "2026-02-03"),
    ("fr", "le 27 décembre", PAST, "2025-12-27"),
    ("fr", "il y a 3 jours", PAST, "2026-03-15"),
    ("fr", "demain", FUTURE, "2026-03-19"),
    ("fr", "après-demain", FUTURE, "2026-03-20"),
    ("fr", "la facture F-101 le 15 avril", FUTURE, "2026-04-15"),
    ("fr", "votre facture du 12 mars sera payée le 2 avril", FUTURE, "2026-04-02"),
    ("en", "EOM", FUTURE, "2026-03-31"),
    ("en", "month-end", FUTURE, "2026-03-31"),
    ("en", "end of next week", FUTURE, "2026-03-27"),
    ("en", "next Friday", FUTURE, "2026-03-27"),
    ("en", "by Friday", FUTURE, "2026-03-20"),
    ("en", "Friday week", FUTURE, "2026-03-27"),
    ("en", "a week on Friday", FUTURE, "2026-03-27"),
    ("en", "on the 15th", FUTURE, "2026-04-15"),
    ("en", "April 5th", FUTURE, "2026-04-05"),
    ("en", "5 April 2026", FUTURE, "2026-04-05"),
    ("en", "within two business days", FUTURE, "2026-03-20"),
    ("en", "the end of April", FUTURE, "2026-04-30"),
    ("en", "until 30 March with", FUTURE, "2026-03-30"),
    ("en", "last Tuesday", PAST, "2026-03-17"),
    ("en", "3 days ago", PAST, "2026-03-15"),
    ("en", "2026-04-05", FUTURE, "2026-04-05"),
    ("de", "nächsten Freitag", FUTURE, "2026-03-20"),
    ("de", "am 15.", FUTURE, "2026-04-15"),
    ("de", "am 15.12.", FUTURE, "2026-12-15"),
    ("de", "bis zum 28. März", FUTURE, "2026-03-28"),
    ("de", "Ende des Monats", FUTURE, "2026-03-31"),
    ("de", "in KW 48", FUTURE, "2026-11-27"),
    ("de", "in 14 Tagen", FUTURE, "2026-04-01"),
    ("de", "gestern", PAST, "2026-03-17"),
    ("es", "el viernes", FUTURE, "2026-03-20"),
    ("es", "mañana", FUTURE, "2026-03-19"),
    ("es", "la semana que viene", FUTURE, "2026-03-27"),
    ("es", "a finales de mes", FUTURE, "2026-03-31"),
    ("es", "el 15 de abril", FUTURE, "2026-04-15"),
    ("it", "venerdì prossimo", FUTURE, "2026-03-20"),
    ("it", "entro fine mese", FUTURE, "2026-03-31"),
    ("it", "il 15 aprile", FUTURE, "2026-04-15"),
    ("nl", "volgende week", FUTURE, "2026-03-27"),
    ("nl", "eind van de maand", FUTURE, "2026-03-31"),
    ("nl", "op 15 april", FUTURE, "2026-04-15"),
    ("pt", "sexta-feira", FUTURE, "2026-03-20"),
    ("pt", "no dia 15 de abril", FUTURE, "2026-04-15"),
    ("pt", "até ao fim do mês", FUTURE, "2026-03-31"),
]


@pytest.mark.parametrize(("language", "words", "direction", "day"), CASES)
def test_a_day_in_words_is_found(language, words, direction, day):
    found = find_dates(words, WEDNESDAY, language, direction)
    assert [f.day.isoformat() for f in found] == [day]


NO_DAY = [
    ("fr", "je m'en occupe"),
    ("fr", "je peux"),
    ("fr", "mercredi"),  # said on a Wednesday
    ("fr", "après le 15 avril"),
    ("fr", "votre facture du 12 mars"),
    ("fr", "échue le 28 février"),
    ("fr", "le 31 février"),
    ("fr", "les 3 factures"),
    ("fr", "le 15 %"),
    ("en", "we may pay"),
    ("en", "in 40000 days"),
    ("en", "your invoice dated 12 March"),
    ("en", "500 now"),
    ("de", "am 31.02."),
]


@pytest.mark.parametrize(("language", "words"), NO_DAY)
def test_in_doubt_there_is_no_day(language, words):
    assert find_dates(words, WEDNESDAY, language, FUTURE) == ()


def test_day_and_month_in_figures_are_ambiguous_in_english():
    assert find_dates("on 03/04", WEDNESDAY, "en", FUTURE, month_first=None) == ()
    assert [f.day for f in find_dates("on 04/23", WEDNESDAY, "en", FUTURE, month_first=None)] == [
        date(2026, 4, 23)
    ]
    assert [f.day for f in find_dates("le 03/04", WEDNESDAY, "fr", FUTURE)] == [date(2026, 4, 3)]


def test_two_days_are_none_chosen():
    assert one_date(find_dates("le 12 avril ou le 14 avril", WEDNESDAY, "fr", FUTURE)) is None
    assert one_date(find_dates("demain, le 19 mars", WEDNESDAY, "fr", FUTURE)) == date(2026, 3, 19)


@given(
    st.text(alphabet=st.sampled_from("0123456789 ./-lemarsdifnjouxkw'éà"), max_size=60),
    st.dates(date(2000, 1, 1), date(2090, 12, 31)),
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(Direction),
)
def test_anything_can_be_searched_for_days(text, today, language, direction):
    for found in find_dates(text, today, language, direction):
        assert 0 <= found.start < found.end <= len(text) + 10


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(1, 31))
def test_a_bare_day_of_the_month_lies_on_the_side_it_was_asked_for(today, number):
    for direction in Direction:
        day = one_date(find_dates(f"le {number}", today, "fr", direction))
        assert day is not None
        assert day.day == number
        assert 0 <= (day - today).days * direction.value < 93


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 6))
def test_a_weekday_is_within_a_week(today, weekday):
    name = WORDS["fr"].weekdays[weekday]
    day = one_date(find_dates(f"{name} prochain", today, "fr", FUTURE))
    assert day is not None
    assert day.weekday() == weekday
    assert timedelta(1) <= day - today <= timedelta(7)
