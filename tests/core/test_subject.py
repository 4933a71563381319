"""Subjects without prefixes."""

from __future__ import annotations

import pytest

from mailagent.core.subject import base_subject


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Re: Facture 42", "Facture 42"),
        ("RE : RE: TR: Facture 42", "Facture 42"),
        ("AW: WG: Rechnung 42", "Rechnung 42"),
        ("Antw: SV: VS: RV: Rif: I: R: 42", "42"),
        ("Fwd: FW: [EXT] Re: 42", "42"),
        ("[EXTERNAL] *SPAM* Re[2]: 42", "42"),
        ("Re (3): 42", "42"),
        ("[FA-2026-0042] Relance", "[FA-2026-0042] Relance"),  # no prefix
        ("RE 2026-0042", "RE 2026-0042"),  # a number of a German invoice, not a reply
        ("Relance: 42", "Relance: 42"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_prefixes_are_removed_again_and_again(subject: str, base: str) -> None:
    assert base_subject(subject) == base
