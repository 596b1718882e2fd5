"""RTSP/1.0 as cameras speak it: OPTIONS and DESCRIBE are built, any answer is read (RFC 2326)."""

import re
from dataclasses import dataclass

from camcensus.wire import MalformedError
from camcensus.wire.head import HEAD_END, HEAD_READ, Message, read_headers, split_head
from camcensus.wire.sdp import description_lines
from camcensus.wire.text import decode

BODY_KEPT = 16384  # bytes of a session description
FRAMES_SKIPPED = 4096  # bytes of interleaved data before the answer (RFC 2326, 10.12)
_LINE_READ = 1024  # bytes of a status line
_BLANK = b"\r\n \t\0"

_STATUS = re.compile(
    r"((?:RTSP|HTTP)(?:/\d{1,2}(?:\.\d{1,2})?)?)[ \t]+(\d{3})(?:\D(.*))?", re.DOTALL
)
_ANSWER = re.compile(
    rb"(?:RTSP|HTTP)/|(?:cseq|server|public|date|www-authenticate)[ \t]*:", re.IGNORECASE
)
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([^\r\n]{0,64})")
_TYPED = re.compile(rb"(?im)^content-type[ \t]*:[ \t]*application/sdp")
_AGENT = re.compile(r"[ -~]{1,200}")
_ADDRESS = re.compile(r"[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}")


@dataclass(frozen=True, slots=True)
class Answer(Message):
    """One answer of a streaming server, or of a web server that was asked as one."""

    @property
    def sequence(self) -> str | None:
        """The CSeq, by which an answer says what it answers."""
        return self.get("cseq")

    def description(self) -> tuple[str, ...]:
        """The lines of the session description that tell something of the device."""
        return description_lines(decode(self.body))


def build_options(
    address: str,
    port: int,
    user_agent: str,
    *,
    sequence: int,
    whole_server: bool = True,
    tls: bool = False,
) -> bytes:
    """What can be asked of the whole server (`*`), or of its root where it rejects that."""
    url = "*" if whole_server else _url(address, port, tls=tls)
    return _request("OPTIONS", url, user_agent, sequence)


def build_describe(
    address: str, port: int, user_agent: str, *, sequence: int, tls: bool = False
) -> bytes:
    """What stands at the root: no path is guessed, no credential given."""
    lines = ("Accept: application/sdp",)
    return _request("DESCRIBE", _url(address, port, tls=tls), user_agent, sequence, lines)


def _url(address: str, port: int, *, tls: bool) -> str:
    if not _ADDRESS.fullmatch(address):
        raise ValueError(f"not an address: {address!r}")
    if not 0 < port < 65536:
        raise ValueError(f"not a port: {port}")
    host = f"[{address}]" if ":" in address else address
    return f"rtsp{'s' * tls}://{host}:{port}/"


def _request(
    method: str, url: str, user_agent: str, sequence: int, lines: tuple[str, ...] = ()
) -> bytes:
    if not _AGENT.fullmatch(user_agent):
        raise ValueError(f"not a user agent: {user_agent!r}")
    if not 0 < sequence < 1000:
        raise ValueError(f"not a sequence number: {sequence}")
    stated = (f"CSeq: {sequence}", f"User-Agent: {user_agent}", *lines)
    return "\r\n".join((f"{method} {url} RTSP/1.0", *stated, "", "")).encode("ascii")


def answer_start(data: bytes) -> int | None:
    """Where the answer begins behind interleaved data; `None` if none can be seen (yet)."""
    at = _past_blank(data, 0)
    while data[at : at + 1] == b"$" and at <= FRAMES_SKIPPED:
        at = _past_blank(data, at + 4 + int.from_bytes(data[at + 2 : at + 4], "big"))
    if at <= FRAMES_SKIPPED and _ANSWER.match(data, at):
        return at
    if data.lstrip(_BLANK)[:1] == b"$":  # frames that lie about their length
        found = data.find(b"RTSP/1.", 0, FRAMES_SKIPPED + 16)
        return None if found < 0 else found
    return None


def _past_blank(data: bytes, at: int) -> int:
    while data[at : at + 1] and data[at] in _BLANK:
        at += 1
    return at


def parse_answer(data: bytes) -> Answer:
    """The answer in these bytes, complete or cut; `MalformedError` if they are none."""
    start = answer_start(data)
    if start is None:
        raise MalformedError(_why_not(data))
    problems = ["interleaved"] if b"$" in data[:start] else []
    rest = data[start:]
    first = decode(rest[:HEAD_READ].split(b"\n", 1)[0][:_LINE_READ]).rstrip("\r")
    status = _STATUS.fullmatch(first)
    stated = first.startswith(("RTSP/", "HTTP/")) or status is not None
    head, body = split_head(rest, problems)
    headers = read_headers(head.split(b"\n")[int(stated) :], problems)
    if not stated:
        problems.append("no-status-line")
    elif status is None:
        problems.append("bad-status-line")
    elif status[1].startswith("HTTP"):
        problems.append("http-answer")
    _check_length(body, head, problems)
    return Answer(
        status_line=first if stated else "",
        version=status[1] if status else "",
        status=int(status[2]) if status else None,
        reason=(status[3] or "").strip() if status else "",
        headers=headers,
        body=body[:BODY_KEPT],
        problems=tuple(dict.fromkeys(problems)),
    )


def _why_not(data: bytes) -> str:
    bare = data.strip(_BLANK)
    if not bare:
        return "empty answer"
    return "interleaved data without an answer" if bare[:1] == b"$" else "not rtsp"


def _check_length(body: bytes, head: bytes, problems: list[str]) -> None:
    """Compare with Content-Length; what came is kept either way, a description's worth of it."""
    stated = _LENGTH.findall(head)
    if len(stated) > 1:
        problems.append("double-content-length")
    length = _length(stated[0]) if stated else 0
    if length is None:
        problems.append("bad-content-length")
    elif len(body) < length:
        problems.append("short-body")
    elif len(body) > length:
        typed = not stated and _TYPED.search(head)
        problems.append("no-content-length" if typed else "long-body")
    if len(body) > BODY_KEPT:
        problems.append("oversize-body")


def _length(text: bytes) -> int | None:
    """The number stated; `None` if it is none, or more than anybody would describe."""
    bare = text.strip()
    return int(bare) if bare.isdigit() and len(bare) <= 7 else None


def answer_complete(data: bytes) -> bool:
    """Enough bytes to stop reading: the answer is whole, or it can no longer become one."""
    start = answer_start(data)
    if start is None:
        return len(data.lstrip(_BLANK)) > FRAMES_SKIPPED or len(data) > HEAD_READ
    end = HEAD_END.search(data, start, start + HEAD_READ)
    if end is None:
        return len(data) - start >= HEAD_READ
    head = data[start : end.start()]
    received = len(data) - end.end()
    stated = _LENGTH.search(head)
    if stated is None:
        return not _TYPED.search(head) or _looks_whole(data[end.end() :])
    length = _length(stated[1])
    return length is None or received >= min(length, BODY_KEPT)


def _looks_whole(body: bytes) -> bool:
    """A description whose length nobody stated: it has a stream, and ends with a line's end."""
    return len(body) >= BODY_KEPT or (b"\nm=" in body and body.endswith(b"\n"))
