"""The use cases: what the command line calls, and later the dashboard and the schedule."""
