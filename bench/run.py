"""Run the benchmarks: `python -m bench [CASE ...]`; one table, and JSON in bench/results/."""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import sys
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # when started as `python bench/run.py`
    sys.path.insert(0, str(ROOT))

from bench import claim, compose, due_query, ingest, latency, outbox, send  # noqa: E402 - the path above comes first
from bench.case import Case, Result  # noqa: E402 - same

CASES: dict[str, Any] = {
    **compose.CASES,
    **send.CASES,
    **outbox.CASES,
    **ingest.CASES,
    **latency.CASES,
    **due_query.CASES,
    **claim.CASES,
}
RESULTS = ROOT / "bench" / "results"


def main() -> int:
    """Measure, print, write; 1 when a goal is missed by more than the noise."""
    wanted = _arguments()
    results = [
        asyncio.run(_measure(CASES[name](), wanted.rounds)) for name in wanted.cases or CASES
    ]
    print(*(table(result) for result in results), sep="\n")
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    file.write_text(json.dumps(as_json(results), indent=1) + "\n")
    print(f"\n{file.relative_to(ROOT)}")
    return int(any(r.verdict(name) == "MISSED" for r in results for name in r.case.goals))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"all, or some of: {', '.join(CASES)}")  # fmt: skip
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    unknown = set(wanted.cases) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    return wanted


async def _measure(opened: AbstractAsyncContextManager[Case], rounds: int) -> Result:
    """Every contender once a round, each round beginning with another; one round before does not count."""
    async with opened as case:
        result = Result(case, {name: [] for name in case.contenders})
        names = list(case.contenders)
        for each in range(rounds + 1):
            print(f"{case.name}: round {each} of {rounds}", file=sys.stderr)
            turn = each % len(names)
            for name in names[turn:] + names[:turn]:
                value = await case.contenders[name]()
                if each:
                    result.values[name].append(value)
            again = await case.contenders[case.yardstick]()
            if each:
                result.again.append(again)
    return result


def table(result: Result) -> str:
    """The case as a Markdown table."""
    case = result.case
    lines = [
        f"\n### {case.name}\n",
        f"| | median {case.unit} | min-max | ratio (min-max) | goal | |",
        "| --- | ---: | ---: | ---: | --- | --- |",
    ]
    for name, values in result.values.items():
        goal = case.goals.get(name)
        cells = [name, _figure(median(values)), f"{_figure(min(values))}-{_figure(max(values))}"]
        cells += [_ratio(result.ratios(name)), goal.text if goal else "", result.verdict(name)]
        lines.append(f"| {' | '.join(cells)} |")
    lines.append(f"| *{case.yardstick}, again* | | | {_ratio(result.noise())} | | the noise |")
    return "\n".join(lines)


def _ratio(ratios: list[float]) -> str:
    return f"{median(ratios):.3f} ({min(ratios):.3f}-{max(ratios):.3f})"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def as_json(results: list[Result]) -> dict[str, Any]:
    """Everything measured, for comparison with later runs."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
        "cases": [
            {
                "name": r.case.name,
                "unit": r.case.unit,
                "yardstick": r.case.yardstick,
                "values": r.values,
                "yardstick_again": r.again,
                "goals": {n: (g.text, r.verdict(n)) for n, g in r.case.goals.items()},
            }
            for r in results
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
