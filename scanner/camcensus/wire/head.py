"""Status line and headers, as HTTP and RTSP share them (RFC 9112, RFC 2326)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from camcensus.wire.text import decode

HEAD_READ = 65536  # bytes of status line and headers looked at
HEADERS_KEPT = 64
VALUE_KEPT = 8192
REALM_KEPT = 256  # characters
REALMS_KEPT = 16

# A blank line, or the page itself where the blank line was forgotten. Not `\r*`: a flood of CR
# would make the search quadratic.
HEAD_END = re.compile(rb"\n\r{0,2}\n|\n(?=<[!A-Za-z])")
_REALM = re.compile(r"\brealm[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*+)\"?|([^\s,]*))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Message:
    """One answer; `status` is `None` if it stated none, `problems` says what was odd."""

    status_line: str
    version: str
    status: int | None
    reason: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    problems: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of that header, in the order sent; the name in any case."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def get(self, name: str) -> str | None:
        """The first value of that header."""
        return next(iter(self.values(name)), None)

    def realms(self) -> tuple[str, ...]:
        """The realm of every challenge, at most 256 characters each."""
        return tuple(realm[:REALM_KEPT] for realm in _realms(self.headers))

    def realm(self) -> str | None:
        """The first realm."""
        return next(iter(self.realms()), None)


def split_head(data: bytes, problems: list[str]) -> tuple[bytes, bytes]:
    """What stands before the blank line, and what after it; a cut head is a head."""
    end = HEAD_END.search(data, 0, HEAD_READ)
    head, body = (
        (data[:HEAD_READ], b"") if end is None else (data[: end.start()], data[end.end() :])
    )
    if end is None:
        problems.append("cut-head" if len(data) <= HEAD_READ else "header-flood")
    elif len(end.group()) == 1:
        problems.append("no-blank-line")
    lines = head.split(b"\n")
    if any(not line.endswith(b"\r") for line in lines[:-1]):
        problems.append("bare-lf")
    return head, body


def parse_head(data: bytes, problems: list[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """First line and headers of a message that is built like HTTP and has no body to read."""
    lines = split_head(data, problems)[0].split(b"\n")
    return decode(lines[0][:VALUE_KEPT]).strip(), read_headers(lines[1:], problems)


def read_headers(lines: list[bytes], problems: list[str]) -> tuple[tuple[str, str], ...]:
    """The headers of these lines, in the order sent; the first 64."""
    found: list[tuple[str, str]] = []
    for name, value in _header_lines(lines, problems):
        if len(found) == HEADERS_KEPT:
            problems.append("header-flood")
            break
        if len(value) > VALUE_KEPT:
            problems.append("long-header")
        found.append((name[:256], value[:VALUE_KEPT]))
    if any(len(realm) > REALM_KEPT for realm in _realms(found)):
        problems.append("long-realm")
    return tuple(found)


def _realms(headers: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The realm of each challenge, uncut; the first 16."""
    texts = (value for name, value in headers if name.lower() == "www-authenticate")
    found = (match for text in texts for match in _REALM.finditer(text))
    for match in islice(found, REALMS_KEPT):
        quoted, bare = match.groups()
        yield re.sub(r"\\(.)", r"\1", bare if quoted is None else quoted)


def _header_lines(lines: list[bytes], problems: list[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each line; a line that begins with a space continues the one before."""
    pending: list[bytes] = []
    for line in [*lines, b""]:
        if line.startswith((b" ", b"\t")) and pending and line.strip():
            problems.append("folded-header")
            pending.append(line.strip())
            continue
        if pending:
            yield from _header(b" ".join(pending), problems)
        pending = [line.rstrip(b"\r")]


def _header(line: bytes, problems: list[str]) -> Iterator[tuple[str, str]]:
    name, colon, value = line[: 4 * VALUE_KEPT].partition(b":")
    if not line.strip():
        return
    if not colon or not name.strip():
        problems.append("header-without-colon")
        return
    if name != name.rstrip():
        problems.append("space-before-colon")
    yield decode(name.strip()), decode(value.strip())
