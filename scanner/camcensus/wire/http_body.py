"""What stands between a head and the page: lengths, chunks and compression, each bounded."""

import zlib

BODY_KEPT = 65536
INFLATED = 262144  # more than this from one answer is a bomb
_CHUNK_LINE = 16384  # bytes of one chunk's size line, extensions included


def decode_body(body: bytes, headers: tuple[tuple[str, str], ...], problems: list[str]) -> bytes:
    """The page itself, at most 64 KiB; what is wrong with its framing goes to `problems`."""
    if "chunked" in _joined(headers, "transfer-encoding"):
        body = _dechunk(body, problems)
    else:
        _check_length(body, headers, problems)
    coding = _joined(headers, "content-encoding")
    if coding and coding != "identity":
        body = _inflate(body, coding, problems)
    if len(body) > BODY_KEPT:
        problems.append("oversize-body")
    return body[:BODY_KEPT]


def _joined(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return ",".join(value for key, value in headers if key.lower() == name).strip().lower()


def _check_length(body: bytes, headers: tuple[tuple[str, str], ...], problems: list[str]) -> None:
    """Compare with Content-Length; what came is kept either way."""
    stated = [value.strip() for key, value in headers if key.lower() == "content-length"]
    if len(stated) > 1:
        problems.append("double-content-length")
    for text in stated[:1]:
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            problems.append("bad-content-length")
        elif len(body) < int(text):
            problems.append("short-body")
        elif len(body) > int(text):
            problems.append("long-body")


def _dechunk(body: bytes, problems: list[str]) -> bytes:
    """The chunks joined; from a bad size on, the rest as it came."""
    joined = bytearray()
    at = 0
    while True:
        start, size = _chunk(body, at)
        if size is None:
            problems.append("bad-chunk" if at < len(body) else "short-body")
            return bytes(joined) + body[at:]
        if size == 0:
            return bytes(joined)
        joined += body[start : start + size]
        if start + size > len(body):
            problems.append("short-body")
            return bytes(joined)
        at = start + size
        at += 2 if body[at : at + 2] == b"\r\n" else int(body[at : at + 1] == b"\n")


def _chunk(body: bytes, at: int) -> tuple[int, int | None]:
    """Where the chunk at `at` has its data, and how long it is; `None` if that cannot be read."""
    end = body.find(b"\n", at, at + _CHUNK_LINE)
    digits = body[at:end].split(b";", 1)[0].strip() if end >= 0 else b""
    if not digits or len(digits) > 15 or digits.strip(b"0123456789abcdefABCDEF"):
        return at, None
    return end + 1, int(digits, 16)


def final_chunk_reached(data: bytes, at: int) -> bool:
    """Whether the chunks from `at` on end properly, or can no longer."""
    if len(data) - at >= 2 * BODY_KEPT:
        return True
    if b"0" not in data[-8:] or not data.endswith(b"\n"):
        return False  # cheap: this is asked once for every piece that arrives
    while True:
        start, size = _chunk(data, at)
        if size is None or start + size > len(data):
            return False
        if size == 0:
            return data.endswith((b"\r\n\r\n", b"\n\n"))
        at = start + size
        at += 2 if data[at : at + 2] == b"\r\n" else int(data[at : at + 1] == b"\n")


def _inflate(body: bytes, coding: str, problems: list[str]) -> bytes:
    if not {part.strip() for part in coding.split(",")} <= {"gzip", "x-gzip", "deflate"}:
        problems.append("unknown-encoding")
        return body
    for window in (47, -15):  # gzip or zlib by their own headers; then bare deflate
        page = _inflated(body, window, problems)
        if page:
            return page
    if body:
        problems.append("bad-encoding")
    return body


def _inflated(body: bytes, window: int, problems: list[str]) -> bytes:
    """What came out before the end, the limit or the first fault."""
    machine = zlib.decompressobj(window)
    page = bytearray()
    try:
        for start in range(0, len(body), 1024):
            piece = machine.unconsumed_tail + body[start : start + 1024]
            page += machine.decompress(piece, INFLATED - len(page) + 1)
            if len(page) > INFLATED:
                problems.append("bomb")
                return bytes(page[:INFLATED])
            if machine.eof:
                return bytes(page)
    except zlib.error:
        if page:
            problems.append("bad-encoding")
        return bytes(page)
    if page:
        problems.append("short-body")
    return bytes(page)
