from __future__ import annotations

import pytest

from mailagent.message.references import MAX_IDS, message_ids

CASES = [
    ("<a@b>", ("<a@b>",)),
    ("<a@b> <c@d>", ("<a@b>", "<c@d>")),
    ("<a@b><c@d>\n\t<e@f>", ("<a@b>", "<c@d>", "<e@f>")),
    ("<a@b> <a@b>", ("<a@b>",)),
    ("a@b", ("<a@b>",)),
    ("a@b c@d", ("<a@b>", "<c@d>")),
    ("<a@b> c@d", ("<a@b>", "<c@d>")),
    ("< a @ b >", ("<a@b>",)),
    ("=?utf-8?q?=3Ca=40b=3E?=", ("<a@b>",)),
    ("null", ()),
    ("<>", ()),
    ("@", ()),
    ("", ()),
]


@pytest.mark.parametrize(("value", "expected"), CASES)
def test_ids_are_read_as_broken_as_they_come(value, expected):
    assert message_ids([value]) == expected


def test_of_very_many_the_newest_are_kept():
    ids = message_ids([" ".join(f"<{i}@x>" for i in range(1000))])
    assert len(ids) == MAX_IDS
    assert ids[-1] == "<999@x>"
