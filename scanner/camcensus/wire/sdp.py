"""The few lines of a session description that tell something of the device (RFC 8866)."""

import re
from collections.abc import Iterator
from itertools import islice

LINES_KEPT = 64
LINE_KEPT = 512  # characters
_LINES_READ = 2048

# What every server writes about its streams, and what can be a key: RFC 8866, 6, 4568, 8839, 8122.
_COMMON_NAMES = """
    bandwidth candidate charset cliprect cname control crypto end-of-candidates etag extmap
    fingerprint fmtp framerate framesize group ice-lite ice-options ice-pwd ice-ufrag identity
    imageattr inactive key-mgmt keywds label lang maxprate maxptime mid mpeg4-esid mpeg4-iod msid
    mp4-esid orient ptime quality range rtcp rtcp-fb rtcp-mux rtcp-rsize rtpmap recvonly sdplang
    sendonly sendrecv setup source-filter ssrc ssrc-group tls-id ts-refclk type width height
    x-dimensions x-framerate connection mediaclk
"""
_COMMON = frozenset(_COMMON_NAMES.split())
# Even a common attribute tells something where it has an address, or a payload of a maker's own.
_TELLING = re.compile(r"a=(?:control:[a-z]{2,8}://|rtpmap:\d{1,3} vnd\.)", re.IGNORECASE)
_SECRET = re.compile(
    r"passw|passphrase|pwd|\bpass[=:]|secret|token|credential|api[_-]?key|\bkey[=:]|\bpsk\b"
    r"|\bauth(?:orization)?[=:]|\buser(?:name)?[=:]|://[^/\s@]{0,256}@",
    re.IGNORECASE,
)
_OWN_MEDIUM = re.compile(r"m=\w{1,32}/\S", re.IGNORECASE)  # "application/EXAMPLE": no RFC has these


def looks_secret(text: str) -> bool:
    """Whether a credential may stand in this text."""
    return _SECRET.search(text) is not None


def description_lines(text: str) -> tuple[str, ...]:
    """Names, the server's tool, addressed controls and makers' own attributes, each line once.

    Never a key, a credential, or whom to write to; at most 64 lines of 512 characters.
    """
    lines = islice(text.splitlines(), _LINES_READ)
    kept = (line[:LINE_KEPT] for line in _telling(line.strip() for line in lines))
    return tuple(islice(dict.fromkeys(kept), LINES_KEPT))


def _telling(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if looks_secret(line):
            continue
        if line.startswith(("s=", "i=", "u=")) and line[2:].strip(" -"):
            yield line
        elif line.startswith("o="):
            user = line[2:].split(" ", 1)[0]
            if user.strip("-"):
                yield f"o={user}"
        elif _is_own_attribute(line) or _OWN_MEDIUM.match(line):
            yield line


def _is_own_attribute(line: str) -> bool:
    """The tool, what no standard describes, or a common attribute with a word of its own."""
    name = line[2:].partition(":")[0].strip().lower() if line.startswith("a=") else ""
    return bool(name) and (name not in _COMMON or _TELLING.match(line) is not None)
