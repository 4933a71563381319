from __future__ import annotations

import json

from mailagent.core.mail import Fields, Flag, FoundIntent, Instalments, Intent, Reading, Verdict
from mailagent.reading.as_json import as_json


def test_a_reading_has_all_the_names_others_rely_on():
    reading = Reading(
        intents=(FoundIntent(Intent.PAID, 0.9, "payé", ("F-1",)),),
        language="fr",
        fields=Fields(paid_date="2026-03-02", instalments=Instalments(3)),
        flags=(Flag.BANK_CHANGE,),
        decision=Verdict.ASK,
        model="rules-1",
    )
    assert json.loads(json.dumps(as_json(reading))) == {
        "intents": [{"intent": "paid", "confidence": 0.9, "quote": "payé", "invoices": ["F-1"]}],
        "language": "fr",
        "fields": {
            "paid_date": "2026-03-02",
            "promised_date": None,
            "return_date": None,
            "amount": None,
            "currency": None,
            "instalments": {"count": 3, "amount": None, "first_date": None},
            "invoice_numbers": [],
            "references": [],
        },
        "flags": ["bank_change"],
        "decision": "ask",
        "model": "rules-1",
    }
