"""Announcements of other bank details: the commonest fraud in the accounts mailbox. Alert, never act."""

from __future__ import annotations

import re

from mailagent.core.months import fold

_ACCOUNT = (
    r"(?:bank(?:ing)? (?:details|account|information|coordinates)|account (?:details|number)|iban|sort code|"
    r"coordonnees bancaires|rib|compte bancaire|domiciliation|bankverbindung|bankdaten|kontoverbindung|kontonummer|"
    r"datos bancarios|cuenta bancaria|coordinate bancarie|conto (?:bancario|corrente)|bankgegevens|bankrekening|rekeningnummer|"
    r"dados bancarios|conta bancaria|nib)"
)
_CHANGED = (
    r"(?:chang\w+|new|nouve\w+|modifi\w+|mise? a jour|updat\w+|remplac\w+|differen\w+|geander\w*|neue\w*|anderung\w*|aktualisier\w+|"
    r"cambi\w+|nuev\w+|nuov\w+|modific\w+|aggiorn\w+|gewijzig\w*|nieuw\w*|verander\w*|mud\w+|alter\w+|nov[oa]s?|atualiz\w+|desormais|dorenavant|from now on)"
)
_ANNOUNCEMENT = re.compile(
    rf"\b{_ACCOUNT}\b[^.?!\n]{{0,80}}\b{_CHANGED}\b|\b{_CHANGED}\b[^.?!\n]{{0,60}}\b{_ACCOUNT}\b"
)
_NAMED = re.compile(rf"\b{_ACCOUNT}\b")  # most mail names no account at all
# "Votre RIB a-t-il changé ?" asks about ours and announces nothing.
_ASKED = re.compile(
    rf"\b(?:votre|vos|your|ihre|ihr|su|vostr\w+|uw|vosso|vossa)\b[^.?!\n]{{0,30}}\b{_ACCOUNT}\b[^.!\n]{{0,100}}\?"
)


def announces_bank_change(text: str) -> bool:
    """True when a text speaks of new or changed bank details as a statement."""
    folded = fold(text[:20_000])
    return bool(_NAMED.search(folded)) and any(
        _ANNOUNCEMENT.search(line) and not _ASKED.search(line)
        for line in re.split(r"(?<=[.!?])\s|\n\n", folded)
    )
