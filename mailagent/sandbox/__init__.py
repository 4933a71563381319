"""The embedded mail servers and simulated customers of `mailagent demo`."""
