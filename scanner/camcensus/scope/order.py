"""A keyed order in which every index comes exactly once, in constant memory."""

from hashlib import sha256
from math import isqrt

_MASK = (1 << 64) - 1
_ROUNDS = 6


class Order:
    """A keyed permutation of `range(size)`: a Feistel network on two unlike halves.

    The index is a point of a rectangle of `rows` by `columns` that holds at least `size`
    points; the few points beyond `size` are walked over (Black and Rogaway, "Ciphers with
    arbitrary finite domains", 2002). The mixing spreads load; it is not meant to be secret.
    """

    __slots__ = ("_columns", "_keys", "_rows", "size")

    def __init__(self, size: int, key: int) -> None:
        self.size = size
        self._rows = isqrt(max(size, 1) - 1) + 1
        self._columns = -(-max(size, 1) // self._rows)
        seed = sha256(b"camcensus order %d" % key).digest() + sha256(b"and %d" % key).digest()
        self._keys = tuple(
            int.from_bytes(seed[at : at + 8], "big") for at in range(0, 8 * _ROUNDS, 8)
        )

    def forward(self, index: int) -> int:
        """What comes at this place of the order."""
        rows, columns = self._rows, self._columns
        while True:
            row, column = divmod(index, columns)
            for turn, key in enumerate(self._keys):
                if turn & 1:
                    column = (column + _mix(row ^ key)) % columns
                else:
                    row = (row + _mix(column ^ key)) % rows
            index = row * columns + column
            if index < self.size:
                return index

    def backward(self, value: int) -> int:
        """At which place of the order this comes."""
        rows, columns = self._rows, self._columns
        while True:
            row, column = divmod(value, columns)
            for turn in range(_ROUNDS - 1, -1, -1):
                if turn & 1:
                    column = (column - _mix(row ^ self._keys[turn])) % columns
                else:
                    row = (row - _mix(column ^ self._keys[turn])) % rows
            value = row * columns + column
            if value < self.size:
                return value


def _mix(value: int) -> int:
    value = (value ^ value >> 31) * 0x9E3779B97F4A7C15 & _MASK
    value = (value ^ value >> 29) * 0xBF58476D1CE4E5B9 & _MASK
    return value ^ value >> 32
