"""How findings of a check-up are told: each bad one with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from mailagent.cli.output import console, safe
from mailagent.flows.checkup import Finding


def print_findings(findings: Iterable[Finding]) -> None:
    """What was looked at, good and bad."""
    for finding in findings:
        sign = "[green]✓[/]" if finding.ok else "[bold red]✗[/]"
        told = f"{safe(finding.where)}: {safe(finding.what)}: {safe(finding.detail)}"
        console.print(f"{sign} {told}", soft_wrap=True)
        if finding.hint and not finding.ok:
            console.print(f"  → {safe(finding.hint)}", soft_wrap=True)
