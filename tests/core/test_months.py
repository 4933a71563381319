from __future__ import annotations

import pytest

from mailagent.core.months import fold, month_number

CASES = [
    ("janvier", 1), ("Février", 2), ("fevr.", 2), ("März", 3), ("mrt", 3), ("April", 4),
    ("mayo", 5), ("giugno", 6), ("JUIL.", 7), ("août", 8), ("setembro", 9), ("Okt", 10),
    ("nov", 11), ("dic", 12), ("mardi", None), ("marche", None), ("je", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("word", "number"), CASES)
def test_a_month_is_known_in_seven_languages(word: str, number: int | None) -> None:
    assert month_number(word) == number


def test_folding_drops_case_and_accents_only() -> None:
    assert fold("Réglé À l'Été") == "regle a l'ete"
