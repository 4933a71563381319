"""The command line: one file per audience.

`daily.py` is for looking and steering, `mails.py` for single mails, `install.py` for setting up and
running, `diagnosis.py` for when something is wrong, `tools.py` for other programs. Each command prints
one thing on stdout (JSON with `--json`), logs on stderr, and exits with 0 (ok), 1 (a problem was found)
or 2 (it could not run).
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

from mailagent.cli import (  # noqa: F401 - importing registers the commands
    daily,
    diagnosis,
    install,
    mails,
    tools,
)
from mailagent.cli.app import app
from mailagent.cli.output import print_problem, print_problems
from mailagent.errors import ConfigError, MailagentError

CANNOT_RUN = 2


def main() -> None:
    """Run the program; what users can mend is told in a sentence, without a traceback."""
    if isinstance(sys.stdout, TextIOWrapper):
        # JSON is UTF-8 wherever we run; half a character out of a broken mail stays readable as \udc80.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        app()
    except ConfigError as error:
        print_problems(error.problems)
    except MailagentError as error:
        print_problem(str(error))
    except (LookupError, ValueError) as error:
        if type(error) not in {LookupError, ValueError}:  # a KeyError is a bug: show where
            raise
        print_problem(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        print_problem(f"{error.filename}: {(error.strerror or str(error)).lower()}.")
    sys.exit(CANNOT_RUN)
