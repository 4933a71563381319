from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.transport.smtp_reply import accepted, lost, one_line, refusal

DEFERRED, REFUSED = Result.DEFERRED, Result.REFUSED


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (450, "4.2.1 busy", (DEFERRED, "4.2.1", "busy")),
        (550, "5.1.1 no such user", (REFUSED, "5.1.1", "no such user")),
        (550, "no such user", (REFUSED, "", "no such user")),
        (421, "", (DEFERRED, "", "")),
        (550, "5.1.1", (REFUSED, "5.1.1", "")),
        # A long reply repeats the code on each line.
        (550, "5.7.1 Blocked\n5.7.1 see https://example.test", (REFUSED, "5.7.1", "Blocked see https://example.test")),
        # The two codes disagree: the enhanced one is nearer to the server that refused.
        (554, "4.7.1 try later", (DEFERRED, "4.7.1", "try later")),
        (450, "5.1.1 unknown", (REFUSED, "5.1.1", "unknown")),
        # A success code inside a refusal decides nothing.
        (550, "2.0.0 odd", (REFUSED, "2.0.0", "odd")),
        # Numbers that are no enhanced code.
        (550, "5.1.1x", (REFUSED, "", "5.1.1x")),
        (550, "10.5.1.1 is blocked", (REFUSED, "", "10.5.1.1 is blocked")),
        (554, "5.7.1.9 is blocked", (REFUSED, "", "5.7.1.9 is blocked")),
        (550, "5.7.509 DMARC", (REFUSED, "5.7.509", "DMARC")),
    ],
)  # fmt: skip
def test_refusals(code: int, message: str, expected: tuple[Result, str, str]) -> None:
    result, enhanced, text = expected

    assert refusal(Phase.RCPT, code, message) == Outcome(result, Phase.RCPT, code, enhanced, text)


@pytest.mark.parametrize("code", [-1, 0, 45, 220, 250, 334, 354, 600, 999])
def test_other_codes_are_no_refusal(code: int) -> None:
    assert refusal(Phase.RCPT, code, "4.2.1 whatever") is None


def test_acceptance_keeps_the_queue_id() -> None:
    outcome = accepted(250, "2.0.0 Ok: queued as 4F2")

    assert str(outcome) == "250 2.0.0 Ok: queued as 4F2"


@pytest.mark.parametrize(
    ("phase", "result"),
    [
        (Phase.CONNECT, Result.DEFERRED),
        (Phase.MAIL, Result.DEFERRED),
        (Phase.RCPT, Result.DEFERRED),
        (Phase.DATA, Result.UNKNOWN),
    ],
)
def test_a_lost_connection_is_in_doubt_only_from_data_on(phase: Phase, result: Result) -> None:
    assert lost(phase, "gone").result is result


@given(st.text())
def test_one_line_is_printable_and_bounded(text: str) -> None:
    line = one_line(text)

    assert len(line) <= 500
    assert all(c.isprintable() for c in line)
