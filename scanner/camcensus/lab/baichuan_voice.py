"""How a Reolink veils what it says; written apart from the scanner's reading of it."""

_WORDS = "1f2d3c4b 5a6c7f8d 38172e4b 8271635a 863f1a2b a5c6f7d8 8371e1b4 17f2d3a5"
_HEAD_SIZE = 20
_POLYNOMIAL = 0xEDB88320  # of CRC-32, the least bit first


def veil(text: bytes, question: bytes) -> bytes:
    """The datagram that carries this text, under the transaction of the question."""
    transaction = question[12:16]
    key = bytearray()
    for word in _WORDS.split():
        key += _add(bytes.fromhex(word)[::-1], transaction)
    body = bytes(byte ^ key[at % len(key)] for at, byte in enumerate(text))
    head = bytes.fromhex("3acf872a") + len(body).to_bytes(4, "little") + b"\1\0\0\0" + transaction
    return head + _checksum(body).to_bytes(_HEAD_SIZE - len(head), "little") + body


def _add(one: bytes, other: bytes) -> bytes:
    """The sum of two numbers of four bytes, the least first, without its carry."""
    both = int.from_bytes(one, "little") + int.from_bytes(other, "little")
    return (both % (1 << 32)).to_bytes(4, "little")


def _checksum(body: bytes) -> int:
    """CRC-32 bit by bit, without the inversions before and after."""
    rest = 0
    for byte in body:
        rest ^= byte
        for _ in range(8):
            rest = rest >> 1 ^ (_POLYNOMIAL if rest & 1 else 0)
    return rest
