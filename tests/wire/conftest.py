"""What the codecs' tests share: whether work grows with the input or with its square."""

import time
from collections.abc import Callable

import pytest

Read = Callable[[bytes], object]

_SMALL, _LARGE = 16_384, 65_536
_NOISE_S = 0.01  # below this the clock of a busy machine says nothing


@pytest.fixture
def assert_linear() -> Callable[[Read, bytes], None]:
    """Four times the input may cost four times the work, and some; sixteen times is a square."""

    def check(read: Read, unit: bytes) -> None:
        small, large = _cost(read, unit, _SMALL), _cost(read, unit, _LARGE)
        assert large <= 10 * max(small, _NOISE_S), f"{unit[:20]!r}: {small:.3f}, then {large:.3f}"

    return check


def _cost(read: Read, unit: bytes, size: int) -> float:
    """Least processor time of three runs: other programs' work does not count."""
    data = (unit * (size // len(unit) + 1))[:size]
    return min(_once(read, data) for _ in range(3))


def _once(read: Read, data: bytes) -> float:
    started = time.process_time()
    read(data)
    return time.process_time() - started
