"""How much work something is, counted and not timed: time depends on the neighbours."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from re import _constants as codes  # type: ignore[attr-defined]  # what a pattern is made of
from re import _parser  # type: ignore[attr-defined]  # same
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """How many functions, Python's and C's, some work calls."""
    count = 0

    def tick(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(tick)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def explosive(pattern: str) -> bool:
    """True when an unbounded repetition stands inside another: exponential on the wrong text."""
    return any(_endless_in_endless(_parser.parse(pattern), inside=False))


def _endless_in_endless(tree: Iterable[tuple[object, Any]], *, inside: bool) -> Iterator[bool]:
    for code, argument in tree:
        if code in {codes.MAX_REPEAT, codes.MIN_REPEAT}:
            _, most, repeated = argument
            endless = most is codes.MAXREPEAT
            if inside and endless:
                yield True
            yield from _endless_in_endless(repeated, inside=inside or endless)
        elif code is codes.BRANCH:
            for branch in argument[1]:
                yield from _endless_in_endless(branch, inside=inside)
        elif code is codes.SUBPATTERN:
            yield from _endless_in_endless(argument[3], inside=inside)
