import pytest

from camcensus.errors import ScopeError
from camcensus.net.names import resolve


def test_a_name_has_its_addresses_once() -> None:
    found = resolve("localhost")

    assert "127.0.0.1" in found
    assert len(found) == len(set(found))


def test_what_is_no_name_is_said_so() -> None:
    with pytest.raises(ScopeError, match="has no address: it is no host name"):
        resolve("x" * 70 + ".invalid")
