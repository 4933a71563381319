"""The command line: one file per audience.

`daily.py` is for looking, `steering.py` for stopping and going on, `mails.py` for single mails,
`install.py` for setting up and running, `diagnosis.py` for when something is wrong, `tools.py` for other
programs. Each command prints one thing on stdout (JSON with `--json`), logs on stderr, and exits with
0 (ok), 1 (a problem was found) or 2 (it could not run).
"""

from __future__ import annotations

import sys
from io import TextIOWrapper

CANNOT_RUN = 2
INTERRUPTED = 130  # as shells count it: 128 and the number of the signal


def main() -> None:
    """Run the program; Ctrl-C ends it without a word, also while it is still loading."""
    if isinstance(sys.stdout, TextIOWrapper):
        # JSON is UTF-8 wherever we run; half a character out of a broken mail stays readable as \udc80.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _run() -> None:
    """Run the command asked for; what users can mend is told in a sentence, without a traceback."""
    from mailagent.cli.commands import app  # noqa: PLC0415 - see main
    from mailagent.cli.output import print_problem, print_problems  # noqa: PLC0415
    from mailagent.errors import ConfigError, MailagentError  # noqa: PLC0415

    try:
        app(prog_name="mailagent")
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
