"""`python -m camcensus.store.schema` writes `db/schema.sql` again, after a new migration."""

from pathlib import Path
from tempfile import TemporaryDirectory

from camcensus.data import data_folder
from camcensus.store.migrate import schema_sql


def main() -> None:
    """Replaces `db/schema.sql` by what the migrations make."""
    with TemporaryDirectory() as scratch:
        (data_folder("db") / "schema.sql").write_text(schema_sql(Path(scratch)), encoding="utf-8")


if __name__ == "__main__":
    main()
