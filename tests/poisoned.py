"""A reader whose worker dies, or stops answering, on certain mails."""

from __future__ import annotations

import signal
import sys

from mailagent.flows.reader import Reader

WORKER = """
import os
from mailagent import worker

def parse(raw, whole=worker._JOBS["parse"]):
    if b"POISON" in raw:
        os.kill(os.getpid(), {blow:d})
    return whole(raw)

worker._JOBS["parse"] = parse
worker.main()
"""


class Poisoned(Reader):
    """It happens on each mail that says POISON."""

    def __init__(self, blow: signal.Signals, time_limit: float) -> None:
        super().__init__(time_limit)
        self.command = (sys.executable, "-c", WORKER.format(blow=blow))
