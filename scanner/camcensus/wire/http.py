"""HTTP/1 as embedded web servers speak it: whatever came before a fault is kept."""

import re
from dataclasses import dataclass

from camcensus.wire import MalformedError, html
from camcensus.wire.head import HEAD_END, HEAD_READ, VALUE_KEPT, Message, read_headers, split_head
from camcensus.wire.http_body import BODY_KEPT, decode_body, final_chunk_reached
from camcensus.wire.text import decode

INTERIM_SKIPPED = 4

_STATUS = re.compile(
    r"(HTTP(?:/\d{1,2}(?:\.\d{1,2})?)?|ICY|RTSP/1\.0)[ \t]+(\d{3})(?:\D(.*))?", re.DOTALL
)
_KNOWN_HEADER = re.compile(
    r"(?:server|content-type|content-length|connection|date|cache-control|location"
    r"|www-authenticate|set-cookie|pragma|expires)[ \t]*:",
    re.IGNORECASE,
)
_HTML = re.compile(
    r"<(?:!doctype\s{1,8}html|html|head|title|body|script|meta|frameset)\b", re.IGNORECASE
)
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_PATH = re.compile(r"/[!-~]{0,1023}")
_AGENT = re.compile(r"[ -~]{1,256}")
_LENGTH_HEADER = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,12})[ \t]*\r*$")
_CHUNKED_HEADER = re.compile(rb"(?im)^transfer-encoding[ \t]*:[^\r\n]*\bchunked\b")
_INTERIM = re.compile(rb"HTTP/\d\.\d[ \t]+1(?!01)\d\d\b")  # 101 is final: another protocol follows
_NO_BODY = re.compile(rb"HTTP/\d\.\d[ \t]+(?:204|304)\b")


@dataclass(frozen=True, slots=True)
class Response(Message):
    """One answer of a web server."""

    def text(self) -> str:
        """The body as text: by what it is, then by what it says it is."""
        return decode(self.body, self._charset())

    def _charset(self) -> str | None:
        stated = re.search(
            r"charset\s*=\s*([^\s;]{1,40})", self.get("content-type") or "", re.IGNORECASE
        )
        return stated.group(1) if stated else html.declared_charset(self.body[:2048])

    def title(self) -> str | None:
        """The page's title on one line, `None` if it has none."""
        return html.title(self.text())

    def cookie_names(self) -> tuple[str, ...]:
        """Names of the cookies set; their values are nobody's business."""
        names = (value.partition("=")[0].strip() for value in self.values("set-cookie"))
        return tuple(dict.fromkeys(name[:128] for name in names if name and ";" not in name))

    def favicon_path(self) -> str:
        """Where the page says its icon is, if on this host; else `/favicon.ico`."""
        link = html.icon_link(self.text())
        path = None if link is None else html.local_path(link)
        return path or "/favicon.ico"

    def redirect_path(self, host: str, port: int, scheme: str) -> str | None:
        """Where the answer sends us on the very same scheme, address and port; else `None`."""
        location = self.get("location")
        refresh = html.refresh_link(self.get("refresh") or "")
        link = location or refresh or html.page_redirect(self.text())
        return None if link is None else html.local_path(link, html.Origin(scheme, host, port))


def host_port(port: int, *, tls: bool) -> int | None:
    """The port for the Host header: left out where it is the scheme's own (RFC 9110, 7.2)."""
    return None if port == (443 if tls else 80) else port


def build_get(host: str, path: str, user_agent: str, *, port: int | None = None) -> bytes:
    """One GET for one page, then close; `port` only where Host must name it.

    `ValueError` if a part could smuggle another line or request.
    """
    head = _head("GET", host, path, user_agent, port)
    return f"{head}Accept: */*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n".encode(
        "ascii"
    )


def build_post(
    host: str,
    path: str,
    user_agent: str,
    *,
    content_type: str,
    body: bytes,
    port: int | None = None,
) -> bytes:
    """One POST of one body, then close; the rest as `build_get`."""
    if not _AGENT.fullmatch(content_type):
        raise ValueError(f"not a content type: {content_type!r}")
    head = (
        f"{_head('POST', host, path, user_agent, port)}Content-Type: {content_type}\r\n"
        f"Content-Length: {len(body)}\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _head(method: str, host: str, path: str, user_agent: str, port: int | None) -> str:
    """Request line, Host and User-Agent."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if not _HOST.fullmatch(shown):
        raise ValueError(f"not a host: {host!r}")
    if not _PATH.fullmatch(path):
        raise ValueError(f"not a path: {path!r}")
    if not _AGENT.fullmatch(user_agent):
        raise ValueError(f"not a user agent: {user_agent!r}")
    if port is not None and not 0 < port < 65536:
        raise ValueError(f"not a port: {port}")
    authority = shown if port is None else f"{shown}:{port}"
    return f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\nUser-Agent: {user_agent}\r\n"


def parse_response(data: bytes) -> Response:
    """The answer in these bytes, complete or cut; `MalformedError` if they are no HTTP."""
    problems: list[str] = []
    rest = data.lstrip(b"\r\n \t\0")
    if not rest:
        raise MalformedError("empty answer")
    for _ in range(INTERIM_SKIPPED):
        end = HEAD_END.search(rest, 0, HEAD_READ)
        following = b"" if end is None else rest[end.end() :].lstrip(b"\r\n")
        if not _INTERIM.match(rest) or not following.startswith(b"HTTP/"):
            break
        problems.append("interim-100")
        rest = following
    else:
        if _INTERIM.match(rest):
            problems.append("interim-flood")
    return _parse_final(rest, problems)


def _parse_final(data: bytes, problems: list[str]) -> Response:
    first = decode(data[:HEAD_READ].split(b"\n", 1)[0][:VALUE_KEPT]).rstrip("\r")
    status = _STATUS.fullmatch(first)
    if status is None and not first.startswith(("HTTP/", "ICY ")):
        return _without_status(data, first, problems)
    if status is None:
        problems.append("bad-status-line")
    head, body = split_head(data, problems)
    headers = read_headers(head.split(b"\n")[1:], problems)
    if "interim-flood" in problems:
        body = b""
    return Response(
        status_line=first,
        version=status.group(1) if status else first.partition(" ")[0],
        status=int(status.group(2)) if status else None,
        reason=(status.group(3) or "").strip() if status else "",
        headers=headers,
        body=decode_body(body, headers, problems),
        problems=tuple(dict.fromkeys(problems)),
    )


def _without_status(data: bytes, first: str, problems: list[str]) -> Response:
    """An answer that begins with its headers, or an HTTP/0.9 page; nothing else is taken."""
    problems.append("no-status-line")
    headers: tuple[tuple[str, str], ...] = ()
    body = data
    if _KNOWN_HEADER.match(first):
        head, body = split_head(data, problems)
        headers = read_headers(head.split(b"\n"), problems)
    elif not (first.lstrip("\ufeff").startswith("<") and _HTML.search(decode(data[:1024]))):
        raise MalformedError("not http")
    return Response(
        "", "", None, "", headers, decode_body(body, headers, problems), tuple(problems)
    )


def response_complete(data: bytes) -> bool:
    """Enough bytes to stop reading: the stated length, or the last chunk, has come."""
    start = 0
    for _ in range(INTERIM_SKIPPED + 1):
        end = HEAD_END.search(data, start, start + HEAD_READ)
        if end is None:
            return len(data) - start >= HEAD_READ
        if not _INTERIM.match(data, start):
            break
        start = end.end()
    else:
        return True  # a flood of interim answers: there will be nothing else
    if _NO_BODY.match(data, start):
        return True
    head = data[start : end.start()]
    if _CHUNKED_HEADER.search(head):
        return final_chunk_reached(data, end.end())
    length = _LENGTH_HEADER.search(head)
    received = len(data) - end.end()
    return received >= BODY_KEPT or (length is not None and received >= int(length.group(1)))
