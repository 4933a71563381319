"""What a benchmark is: contenders measured in turn, a yardstick among them, and a goal.

The machine is noisy, so only ratios of the same round are judged, and the yardstick runs twice in each
round: how far it is from itself is the noise.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median

Measure = Callable[[], Awaitable[float]]
"""One measurement in the unit of its case."""


@dataclass(frozen=True)
class Goal:
    """What the product must reach: a ratio to the yardstick, or a figure by itself."""

    text: str
    ratio: float | None = None
    figure: float | None = None


@dataclass(frozen=True)
class Case:
    """One question, put to several contenders under the same conditions."""

    name: str
    unit: str
    yardstick: str
    contenders: dict[str, Measure]
    goals: dict[str, Goal]  # by contender
    more_is_better: bool = True


@dataclass
class Result:
    """All rounds of a case."""

    case: Case
    values: dict[str, list[float]] = field(default_factory=dict)
    again: list[float] = field(default_factory=list)  # the yardstick a second time

    def ratios(self, name: str) -> list[float]:
        """To the yardstick of the same round."""
        return self._to_yardstick(self.values[name])

    def noise(self) -> list[float]:
        """The yardstick's ratios to itself."""
        return self._to_yardstick(self.again)

    def verdict(self, name: str) -> str:
        """Whether the goal is met; a ratio that misses it within the noise is told apart."""
        goal = self.case.goals.get(name)
        if goal is None:
            return ""
        sign = 1 if self.case.more_is_better else -1
        if goal.figure is not None:
            return "met" if sign * median(self.values[name]) >= sign * goal.figure else "MISSED"
        assert goal.ratio is not None, goal
        reached, noise = median(self.ratios(name)), min(self.noise(), key=lambda r: sign * r)
        if sign * reached >= sign * goal.ratio:
            return "met"
        return "within noise" if sign * reached >= sign * goal.ratio * noise else "MISSED"

    def _to_yardstick(self, values: list[float]) -> list[float]:
        yardstick = self.values[self.case.yardstick]
        return [value / base for value, base in zip(values, yardstick, strict=True)]
