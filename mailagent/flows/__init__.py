"""The story: gather facts, ask a pure function, carry out what it returned.

Read in this order:

    outgoing.py   schedule -> plan -> render -> outbox       with rendering, leaks, deadlines
    sending.py    outbox -> send -> record                   with braking, asking, outcomes
    watch.py      a mailbox is watched                       with desk, sent_folder, freshness
    incoming.py   mail -> parse -> match -> understand -> decide -> apply -> file      with fetching, reader, gathering
    apply.py      decisions become facts                     with account, records

`intake` brings invoices and payments, `orders` what staff say. `status`, `explain`, `preview`, `review` and
`checkup` only look. `setup` is what stays the same about one company; `clock_guard` and `older_copy` stop
the sending when time or the database jumped.
"""
