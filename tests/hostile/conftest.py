"""Both sweeps of hostile devices, side by side: they wait more than they work."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hostile.cases import MIDDLEBOX, ZOO
from hostile.zoo import Case, Visit, swept, zoo_of


@pytest.fixture(scope="session")
def visits(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    """What came of each sweep, by its name."""
    estates = {"zoo": ZOO, "middlebox": MIDDLEBOX}
    folders = {name: tmp_path_factory.mktemp(name) for name in estates}

    def visit(name: str) -> Visit:
        cases: tuple[Case, ...] = estates[name]
        with zoo_of(cases, folders[name]) as zoo:
            return swept(zoo, folders[name])

    with ThreadPoolExecutor(len(estates)) as workers:
        return dict(zip(estates, workers.map(visit, estates), strict=True))
