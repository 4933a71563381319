from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.journal import GENESIS, Entry, canonical, next_entry, verify

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CLOCK = Cause(CauseKind.CLOCK, "due")

texts = st.text(max_size=8)
data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def chain(length: int) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        entries.append(
            next_entry(
                entries[-1] if entries else None,
                company="acme",
                at=NOW + timedelta(minutes=number),
                event="hold.placed",
                subject="FA-1",
                data={"number": number},
                cause=CLOCK,
            )
        )
    return entries


def test_numbers_have_no_gap_and_each_names_the_one_before() -> None:
    first, second, third = chain(3)
    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert first.previous == GENESIS
    assert (second.previous, third.previous) == (first.hash, second.hash)


def test_an_untouched_chain_verifies_whole_and_page_by_page() -> None:
    entries = chain(5)
    assert verify(entries) is None
    assert verify(entries[2:], after=entries[1]) is None
    assert verify([]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"number": 99}},
        {"event": "hold.lifted"},
        {"subject": "FA-2"},
        {"company": "other"},
        {"at": NOW},
        {"cause": Cause(CauseKind.PERSON, "due")},
        {"cause": Cause(CauseKind.CLOCK, "someone")},
        {"hash": "0" * 64},
    ],
)
def test_any_change_is_found_where_it_was_made(change: dict[str, Any]) -> None:
    entries = chain(4)
    entries[2] = replace(entries[2], **change)
    found = verify(entries)
    assert found is not None
    assert found.what == "entry 3"


def test_a_rewritten_entry_is_found_at_the_next_one() -> None:
    entries = chain(3)
    entries[1] = next_entry(
        entries[0], company="acme", at=NOW, event="invented", subject="", data={}, cause=CLOCK
    )
    found = verify(entries)
    assert found is not None
    assert found.what == "entry 3"
    assert "does not follow" in found.why


def test_a_missing_entry_is_found() -> None:
    entries = chain(4)
    for broken in (entries[1:], [*entries[:1], *entries[2:]]):
        found = verify(broken)
        assert found is not None
        assert "missing" in found.why


def test_the_hash_does_not_depend_on_spelling() -> None:
    paris = timezone(timedelta(hours=1))
    spellings: list[tuple[datetime, dict[str, Any]]] = [
        (NOW, {"b": 1, "a": [2]}),
        (NOW.astimezone(paris), {"a": (2,), "b": 1}),
    ]
    one, same = (
        next_entry(None, company="a", at=at, event="e", subject="s", data=said, cause=CLOCK)
        for at, said in spellings
    )
    assert one.hash == same.hash


def test_canonical_json() -> None:
    assert canonical({"b": "é", "a": (1, None)}) == r'{"a":[1,null],"b":"\u00e9"}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


@given(st.lists(st.tuples(texts, texts, st.dictionaries(texts, data, max_size=3), texts)))
def test_whatever_is_written_verifies(said: list[tuple[str, str, dict[str, Any], str]]) -> None:
    entries: list[Entry] = []
    for event, subject, facts, ref in said:
        entries.append(
            next_entry(
                entries[-1] if entries else None,
                company="acme",
                at=NOW,
                event=event,
                subject=subject,
                data=facts,
                cause=Cause(CauseKind.MAIL, ref),
            )
        )
    assert verify(entries) is None
