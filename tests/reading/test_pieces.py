"""Words cut into pieces: the likeliest way, every character accounted for, any text survived."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.reading.pieces import BEGIN, END, MAX_PIECES, MAX_SUBJECT, UNKNOWN, Pieces

SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]
KNOWN = {
    "▁": -3.0,
    "▁pay": -4.0,
    "▁pa": -3.5,
    "yé": -5.5,
    "é": -4.5,
    "y": -4.0,
    "▁payé": -9.5,
    "e": -3.0,
    "fi": -5.0,
}
PIECES = Pieces([*SPECIALS, *KNOWN], [0.0] * 4 + list(KNOWN.values()))


def words(text: str) -> list[str]:
    names = [*SPECIALS, *KNOWN]
    return [names[piece.number] for piece in PIECES.split(text)]


def test_the_likeliest_pieces_win() -> None:
    assert words("payé") == ["▁pay", "é"]  # -8.5; "▁pa" + "yé" comes to -9, "▁payé" to -9.5


def test_blanks_of_any_kind_begin_one_word() -> None:
    assert words("pay \n\t\u00a0 pay  ") == ["▁pay", "▁pay"]


def test_compatibility_forms_are_folded_and_keep_their_place() -> None:
    (start, ligature) = PIECES.split("ﬁ")
    assert (start.start, ligature.start, ligature.end) == (0, 0, 1)


def test_neighbouring_unknown_characters_are_one_piece() -> None:
    found = PIECES.split("pay 日本")
    assert [piece.number == UNKNOWN for piece in found] == [False, False, True]
    assert (found[-1].start, found[-1].end) == (4, 6)


def test_a_piece_stands_where_its_characters_do() -> None:
    text = "  pay   payé"
    assert [text[p.start : p.end].strip() for p in PIECES.split(text)] == ["pay", "pay", "é"]


def test_an_input_is_subject_and_text_between_marks() -> None:
    read = PIECES.input("pay", "payé")
    assert read.numbers[0] == BEGIN
    assert read.numbers[len(read.subject) + 1] == END == read.numbers[-1]
    assert len(read.numbers) == len(read.subject) + len(read.text) + 3
    assert read.numbers[read.first_of_text] == read.text[0].number


def test_what_is_too_long_is_cut_at_the_end() -> None:
    read = PIECES.input("pay " * 1000, "payé " * 1000)
    assert len(read.subject) == MAX_SUBJECT
    assert len(read.numbers) == MAX_PIECES


def test_saved_pieces_are_loaded_as_they_were(tmp_path: Path) -> None:
    PIECES.save(tmp_path / "p.json")
    assert Pieces.load(tmp_path / "p.json").input("pay", "payé ﬁ日") == PIECES.input(
        "pay", "payé ﬁ日"
    )


@pytest.mark.parametrize("damage", ["", "{", "{}", "[]"])
def test_a_damaged_file_is_told(tmp_path: Path, damage: str) -> None:
    (tmp_path / "p.json").write_text(damage)
    with pytest.raises((ValueError, KeyError, TypeError)):
        Pieces.load(tmp_path / "p.json")


@given(st.text(max_size=60))
def test_every_text_is_cut_in_order(text: str) -> None:
    found = PIECES.split(text)
    assert all(0 <= p.start <= p.end <= len(text) for p in found)
    assert all(a.end <= b.end and a.start <= b.start for a, b in pairwise(found))
