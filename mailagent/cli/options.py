"""What several commands ask for, and what stands before all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_WHO = "command line"

CompanyOption = Annotated[
    str, typer.Option("--company", "-c", help="Which company, when there are several.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
WhoOption = Annotated[str, typer.Option("--by", help="Your name, for the journal.")]


@dataclass(slots=True)
class Options:
    """What stands before the command."""

    config: Path | None = None


options = Options()
