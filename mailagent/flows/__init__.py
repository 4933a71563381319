"""The story: gather facts, ask a pure function, carry out what it returned. Read these first."""
