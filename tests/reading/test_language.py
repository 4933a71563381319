from __future__ import annotations

import pytest

from mailagent.reading.language import guess_language

CASES = [
    ("La facture a été réglée hier par virement.", "fr"),
    ("We paid this invoice yesterday.", "en"),
    ("Wir haben die Rechnung gestern überwiesen.", "de"),
    ("Ya hemos pagado la factura ayer.", "es"),
    ("Abbiamo effettuato il bonifico ieri, grazie.", "it"),
    ("De factuur is gisteren betaald.", "nl"),
    ("O pagamento foi efetuado ontem.", "pt"),
    ("ok", ""),
    ("", ""),
    ("12345", ""),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_small_words_betray_the_language(text, language):
    assert guess_language(text) == language
