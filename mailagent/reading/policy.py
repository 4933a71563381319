"""What the default policy would do with a reading: apply, propose, or ask a person.

An automatic step needs one clear meaning and no sign of a second one. A wrong "apply" costs the
customer's trust; a needless "ask" costs a click.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailagent.core.mail import Fields, Flag, FoundIntent, Intent, Machine, ParsedMail, Verdict
from mailagent.core.months import fold

APPLY = 0.85
PROPOSE = 0.5
SECOND = 0.3  # a second meaning this likely takes "apply" away
MAX_APPLIED = 1500  # characters: a long letter says more than one thing

_NEVER_APPLIED = frozenset(
    {
        Intent.QUESTION,
        Intent.OTHER,
        Intent.PAYMENT_PLAN_REQUEST,
        Intent.WRONG_CONTACT,
        Intent.OBJECTION,
    }
)
_MACHINE = frozenset({Intent.BOUNCE, Intent.OUT_OF_OFFICE, Intent.AUTO_ACK})
# Words that often introduce the other half of the story.
_DOUBT = re.compile(
    r"\?|\b(?:mais|sauf|cependant|toutefois|par contre|en revanche|hormis|avoir|litige|contest\w*|refus\w*|erreur|acompte|partiel\w*|solde|reste|moitie|si|quand|des que|tant que|but|however|except|unless|although|though|credit note|dispute\w*|wrong|partial\w*|half|rest|balance|remainder|deposit|if|once|aber|jedoch|ausser|gutschrift|wenn|sobald|pero|salvo|excepto|abono|si|cuando|ma|pero|tranne|nota di credito|se|quando|maar|behalve|als|zodra|creditnota|mas|porem|exceto|nota de credito|lol|haha|soi-disant|supposedly|allegedly)\b"
)
_FAILED = re.compile(
    r"\b(?:rejet\w*|refuse\w*|annul\w*|revenu\w*|retourne\w*|rejected|bounced|returned|declined|failed|reversed|"
    r"zuruck\w*|abgelehnt|rechazad\w*|devuelt\w*|respint\w*|rifiutat\w*|geweigerd|teruggekomen|rejeitad\w*|devolvid\w*|"
    r"not|pas|nicht|nichts|niet|nao|non)\b"
)
_AMOUNT = re.compile(r"\d[.,]\d\d\b")


def verdict(
    mail: ParsedMail, intents: Sequence[FoundIntent], fields: Fields, flags: Sequence[Flag]
) -> Verdict:
    """The step that the default policy allows."""
    if not intents or flags or mail.unreadable:
        return Verdict.ASK
    first = intents[0]
    if first.intent in _MACHINE:
        return Verdict.APPLY if first.confidence >= APPLY else Verdict.PROPOSE
    if first.intent in {Intent.QUESTION, Intent.OTHER} or first.confidence < PROPOSE:
        return Verdict.ASK
    return Verdict.APPLY if _is_clear(mail, intents, fields) else Verdict.PROPOSE


def _is_clear(mail: ParsedMail, intents: Sequence[FoundIntent], fields: Fields) -> bool:
    """True for one certain meaning in a short mail that a person wrote now."""
    first = intents[0]
    others = {i.intent for i in intents if i.confidence >= SECOND} - {first.intent}
    return not (
        first.intent in _NEVER_APPLIED
        or first.confidence < APPLY
        or others
        or mail.forwarded is not None
        or mail.machine in {Machine.LIST, Machine.OTHER}
        or len(mail.new_text) > MAX_APPLIED
        or mail.new_text == mail.quoted_text  # nobody can tell who wrote it
        or _is_doubtful(mail, first.intent, fields)
    )


def _is_doubtful(mail: ParsedMail, intent: Intent, fields: Fields) -> bool:
    """True when other words in the mail may turn its one meaning round."""
    folded = fold(mail.new_text)
    if intent in {Intent.INSOLVENCY, Intent.DISPUTE}:  # to stop is safe, if it is about him
        return "?" in folded
    if intent is Intent.PROMISE_TO_PAY and fields.promised_date is None:
        return True
    if intent is Intent.PAID and (_FAILED.search(folded) or _lists_amounts(mail, fields)):
        return True
    return bool(_DOUBT.search(folded))


def _lists_amounts(mail: ParsedMail, fields: Fields) -> bool:
    """True when several amounts are named: a remittance, or a part of what is owed."""
    return fields.amount is None and len(_AMOUNT.findall(mail.new_text)) > 1
