"""Opens each database named: `python -m store.opening FILE...`; prints the sentence of each."""

import sys

from camcensus.errors import StoreError
from camcensus.store import Store
from store.estate import sweep

for file in sys.argv[1:]:
    try:
        with Store.open(file) as store:
            store.begin_sweep(sweep())
    except StoreError as error:
        print(f"error {error}")  # noqa: T201 - the test reads it
    else:
        print(f"opened {file}")  # noqa: T201 - the test reads it
