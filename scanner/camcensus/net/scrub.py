"""Between net and everything else: pictures and secrets become a length and a hash."""

import hashlib
import re
from base64 import encodebytes

import mmh3

from camcensus.wire import MalformedError
from camcensus.wire.http import parse_response

IMAGE_MARK = b"camcensus-scrubbed-image:"
_IMAGE_MAGIC = (b"GIF8", b"\x89PNG", b"\xff\xd8\xff", b"\x00\x00\x01\x00", b"RIFF", b"BM")
_WORD = (
    rb"(?:[a-z0-9_.-]{0,24}(?:passw(?:or)?d|passphrase|passwd|pwd|secret|token|api[_-]?key|psk))"
)
_FIELD = re.compile(
    rb"(?i)(?P<keep>[\"']?\b" + _WORD + rb"[\"']?\s{0,4}[:=]\s{0,4})"
    rb"(?P<secret>\"[^\"\r\n]{1,512}\"|'[^'\r\n]{1,512}'|[^\s&<>\"',;(){}\[\]]{1,512})"
)
_ELEMENT = re.compile(
    rb"(?i)(?P<keep><(?:[a-z0-9_]{1,24}:)?" + _WORD + rb"(?:\s[^<>]{0,200})?>)"
    rb"(?P<secret>[^<]{1,1024})(?=</)"
)
_INPUT = re.compile(
    rb"(?i)(?P<keep><input\b[^<>]{0,300}?type=[\"']?password\b[^<>]{0,300}?value=[\"'])"
    rb"(?P<secret>[^\"'<>]{1,512})"
)
_USERINFO = re.compile(
    rb"(?i)(?P<keep>[a-z]{2,8}://)(?P<secret>[^\s/@:<>\"']{0,64}:[^\s/@<>\"']{1,128})(?=@)"
)
_PRIVATE_KEY = re.compile(
    rb"(?P<keep>-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)(?P<secret>[^-]{1,16384})"
)
# RFC 8866, 5.12, 4568 and 4567: what a stream is encrypted with.
_STREAM_KEY = re.compile(
    rb"(?im)(?P<keep>^(?:k=\w{1,16}:|a=crypto:[^\r\n]{1,80}?\binline:|a=key-mgmt:\w{1,16} ))"
    rb"(?P<secret>[^\r\n]{1,4096})"
)
_AUTHORIZATION = re.compile(
    rb"(?im)(?P<keep>^(?:proxy-)?authorization:[ \t]{0,4})(?P<secret>[^\r\n]{1,2048})"
)
_COOKIE = re.compile(
    rb"(?im)(?P<keep>^set-cookie2?[ \t]*:[ \t]*[^=;\r\n]{0,128}=)(?P<secret>[^;\r\n]{1,8192})"
)
# Headers that hold a URL: cameras put name and password of the asker, or their own, into it.
_LOCATOR = re.compile(
    rb"(?im)^(?:content-base|content-location|location|rtp-info)[ \t]*:[^\r\n]{1,8192}"
)
_HEAD_END = re.compile(
    rb"(?s)(\s{0,16}(?:HTTP/\d[^\n]{0,4} 1\d\d(?:(?!\r?\n\r?\n).)*\r?\n\r?\n){0,8}"
    rb"(?:(?!\r?\n\r?\n).)*)(\r?\n\r?\n)"
)
_UNPACKING = ("bomb", "bad-encoding", "unknown-encoding")
_SECRETS = (_FIELD, _ELEMENT, _INPUT, _USERINFO, _PRIVATE_KEY, _STREAM_KEY)


def scrub(data: bytes) -> bytes:
    """The same answer without what an inventory must not keep."""
    return scrubbed(data)[0]


def scrubbed(data: bytes) -> tuple[bytes, str]:
    """The same, with a word on a packed body that was none: who reads it later sees it unpacked."""
    data = _AUTHORIZATION.sub(_hidden, _COOKIE.sub(_hidden, data))
    head, separator, body = _split(data)
    if separator is None:
        return _hide_secrets(data), ""
    head = _LOCATOR.sub(lambda match: _hide_secrets(match[0]), head)
    note = ""
    if re.search(rb"(?im)^content-encoding[ \t]*:[ \t]*(?!identity)\S", head):
        head, body, note = _decoded(data, head)
    if _is_image(head, body):
        return head + separator + _image_digest(body), note
    return head + separator + _hide_secrets(body), note


def image_hashes(body: bytes) -> tuple[str, int] | None:
    """MD5 (hex, "" where there is none) and MurmurHash3 (signed 32 bit) of a scrubbed picture."""
    match = re.match(re.escape(IMAGE_MARK) + rb" bytes=\d+ md5=([0-9a-f]{32}|) mmh3=(-?\d+)", body)
    return None if match is None else (match[1].decode("ascii"), int(match[2]))


def _split(data: bytes) -> tuple[bytes, bytes | None, bytes]:
    """Head, blank line and body of an HTTP-like answer; `None` for a blank line if it is none.

    Interim answers (1xx) count as part of the head, so that the body is the body.
    """
    match = re.match(rb"\s{0,16}(?:(?:HTTP|ICY|RTSP)\b|[A-Za-z-]{1,40}[ \t]{0,4}:)", data)
    if match is None:
        return data, None, b""
    match = _HEAD_END.match(data)
    if match is None:
        return data, b"", b""
    return data[: match.end(1)], match[2], data[match.end() :]


def _decoded(data: bytes, head: bytes) -> tuple[bytes, bytes, str]:
    """A compressed body could hide a secret from the patterns: keep it unpacked instead."""
    body = b""
    problems: tuple[str, ...] = ("bad-encoding",)
    try:
        response = parse_response(data)
    except MalformedError:
        pass
    else:
        body, problems = response.body, response.problems
    head = re.sub(
        rb"(?im)^(content-encoding|transfer-encoding|content-length)(?=[ \t]*:)", rb"Was-\1", head
    )
    return head, body, "; ".join(one for one in _UNPACKING if one in problems)


def _is_image(head: bytes, body: bytes) -> bool:
    declared = re.search(
        rb"(?im)^content-type[ \t]*:[ \t]*(?:image|video|audio|multipart/x-mixed)", head
    )
    return bool(body) and (declared is not None or body.startswith(_IMAGE_MAGIC))


def _image_digest(body: bytes) -> bytes:
    try:
        digest = hashlib.md5(body, usedforsecurity=False).hexdigest()
    except ValueError:  # a machine in FIPS mode that has no MD5 at all
        digest = ""
    murmur = mmh3.hash(encodebytes(body))
    return b"%s bytes=%d md5=%s mmh3=%d" % (IMAGE_MARK, len(body), digest.encode(), murmur)


def _hide_secrets(data: bytes) -> bytes:
    for pattern in _SECRETS:
        data = pattern.sub(_hidden, data)
    return data


def _hidden(match: re.Match[bytes]) -> bytes:
    secret = match["secret"]
    if secret.startswith(b"[") and b" bytes sha256:" in secret:
        return match[0]  # hidden already
    quote = secret[:1] if secret[:1] in {b'"', b"'"} else b""
    bare = secret.strip(quote) if quote else secret
    digest = hashlib.sha256(bare).hexdigest()[:12].encode()
    return match["keep"] + quote + b"[%d bytes sha256:%s]" % (len(bare), digest) + quote
