"""Every command: importing a file registers what is in it."""

from mailagent.cli import daily, diagnosis, install, mails, tools  # noqa: F401 - see above
from mailagent.cli.app import app

__all__ = ["app"]
