"""mailagent reminds customers of unpaid invoices, reads their answers, and knows when to be silent.

Two flows carry everything. Read them first, then `core/`, where every decision is a pure function:

    OUTGOING   schedule -> plan -> render -> outbox -> send -> record             flows/outgoing.py
    INCOMING   mail -> parse -> match -> understand -> decide -> apply -> file    flows/incoming.py

`core` decides, `message` knows e-mail formats, `reading` understands text, `documents` reads files,
`store` and `transport` touch the outside world, `daemon.py` builds and supervises the parts.
"""

__version__ = "0.1.0"
