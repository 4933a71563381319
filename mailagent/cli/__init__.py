"""The command line: one file per audience.

`daily.py` is for looking and steering, `install.py` for setting up and running, `diagnosis.py` for when
something is wrong, `tools.py` for other programs. Each command prints one thing on stdout (JSON with
`--json`), logs on stderr, and exits with 0 (ok), 1 (a problem was found) or 2 (it could not run).
"""

from __future__ import annotations

import sys

from mailagent.cli import daily, diagnosis, install, tools  # noqa: F401 - importing registers the commands
from mailagent.cli.app import app
from mailagent.cli.output import errors
from mailagent.errors import ConfigError, MailagentError


def main() -> None:
    """Run the program; what users can mend is told without a traceback."""
    try:
        app()
    except ConfigError as error:
        for problem in error.problems:
            errors.print(f"[bold red]✗[/] {problem}", soft_wrap=True)
        errors.print(f"{len(error.problems)} problem(s) in the configuration. Nothing was started.")
        sys.exit(2)
    except (MailagentError, LookupError, ValueError) as error:
        errors.print(f"[bold red]✗[/] {error}", soft_wrap=True, markup=True)
        sys.exit(2)
