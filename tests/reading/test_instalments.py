from __future__ import annotations

from datetime import date

import pytest

from mailagent.core.mail import Instalments
from mailagent.reading.instalments import find_instalments

TODAY = date(2026, 3, 3)

CASES = [
    ("fr", "en 3 fois", Instalments(3)),
    ("fr", "en trois fois", Instalments(3)),
    ("fr", "4 mensualités de 300 € à partir du 15 avril", Instalments(4, 30000, "2026-04-15")),
    ("fr", "150 € par mois", Instalments(None, 15000)),
    ("fr", "3x sans frais", Instalments(3)),
    ("en", "in three instalments", Instalments(3)),
    ("en", "twelve monthly instalments of £4,358.33", Instalments(12, 435833)),
    ("en", "€250 a fortnight", Instalments(None, 25000)),
    ("de", "in drei Raten", Instalments(3)),
    ("es", "en cuatro plazos", Instalments(4)),
    ("it", "in tre rate", Instalments(3)),
    ("nl", "in drie termijnen", Instalments(3)),
    ("pt", "em três prestações", Instalments(3)),
    ("fr", "en 99 fois", None),
    ("fr", "un délai", None),
]


@pytest.mark.parametrize(("language", "text", "expected"), CASES)
def test_a_proposal_in_parts_is_read(language, text, expected):
    assert find_instalments(text, TODAY, language, "EUR") == expected
