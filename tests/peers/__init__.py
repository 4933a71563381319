"""Real servers for the tests: each runs from a temporary directory, on free loopback ports."""
