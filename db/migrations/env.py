"""Alembic's entry: everything it needs to know is in `camcensus.store`."""

from camcensus.store.migrate import run_migrations

run_migrations()
