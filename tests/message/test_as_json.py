from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailagent.message.as_json import as_json
from mailagent.message.parse import parse

MAILS = Path(__file__).parents[1] / "data" / "mail"


@pytest.mark.parametrize("path", sorted(MAILS.glob("*.eml")), ids=lambda p: p.stem)
def test_every_mail_has_all_the_names_others_rely_on(path):
    document = json.loads(json.dumps(as_json(parse(path.read_bytes()))))
    assert set(document) >= {
        *("message_id", "from", "to", "cc", "reply_to", "subject", "date", "text", "new_text"),
        *("quoted_text", "signature", "attachments", "auto_reply", "bounce", "forwarded"),
    }


def test_a_bounce_and_a_forward_have_their_shapes():
    bounce = as_json(parse((MAILS / "bounce-postfix-unknown.eml").read_bytes()))["bounce"]
    assert bounce == {
        "recipients": [
            {
                "address": "b.martin@client.example",
                "action": "failed",
                "status": "5.1.1",
                "hard": True,
            }
        ],
        "original_message_id": "<r.abc@dupont.example>",
    }
    forwarded = as_json(parse((MAILS / "forward-gmail-en.eml").read_bytes()))["forwarded"]
    assert isinstance(forwarded, dict)
    assert set(forwarded) == {"from", "to", "cc", "subject", "date", "text", "message"}
    assert forwarded["from"] == [{"address": "jane@client.example", "name": "Jane Roe"}]
