"""The addresses a device claims for itself: claims, until they equal where it answered from."""

import re
from dataclasses import dataclass
from ipaddress import ip_address

_URL = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,15})://)?"
    r"(?P<user>[^/?#\\\s]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]{2,45}(?:%[A-Za-z0-9%._~-]{1,32})?\]|[A-Za-z0-9._-]{1,253})"
    r"(?::(?P<port>\d{0,5}))?"
    r"(?P<path>[/?][!-\[\]-~]{0,255})?"
)
_STANDARD_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class XAddr:
    """One claimed address; only where it `matches_source` does it lead to the device itself."""

    scheme: str
    host: str
    port: int
    path: str
    matches_source: bool


def xaddr_endpoint(xaddr: str, source: str) -> XAddr | None:
    """The claim taken apart, `None` if it is no web address.

    Host names, numbers in disguise and user names before an `@` never match the source.
    """
    url = _URL.fullmatch(xaddr.strip())
    if url is None:
        return None
    scheme = (url["scheme"] or "http").lower()
    host = url["host"].strip("[]").partition("%")[0].lower()
    if scheme not in _STANDARD_PORT or (url["scheme"] is None and not _is_literal(host)):
        return None
    port = int(url["port"] or _STANDARD_PORT[scheme])
    if not 0 < port < 65536:
        return None
    path = url["path"] or "/"
    return XAddr(
        scheme=scheme,
        host=host,
        port=port,
        path=path if path.startswith("/") else f"/{path}",
        matches_source=url["user"] is None and _same(host, source),
    )


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _same(host: str, source: str) -> bool:
    """Both are the same literal address; a zone says nothing about which machine it is."""
    try:
        return ip_address(host) == ip_address(source.partition("%")[0])
    except ValueError:
        return False
