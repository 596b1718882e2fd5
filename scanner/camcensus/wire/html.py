"""The few things wanted from a device's page, by bounded search.

No HTML tree is built: by the standard's recovery rules 32 KiB of open tags grow into millions of
nodes (tried with a good parser: 4.5 s, 2.5 GiB), and a page whose title is all we want may be
hostile.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote

TITLE_KEPT = 512
_LINK_READ = 2048
_TAGS_READ = 256
_OPEN = re.compile(r"<!--|<(title|link|meta|script|style|textarea)(?=[\s>/])", re.IGNORECASE)
_TAG_END = re.compile(r"[^>]{0,1024}>")
_ATTRIBUTE = re.compile(
    r"(?<![^\s\"'/])([a-z-]{1,32}+)\s{0,8}=\s{0,8}(\"[^\"]*\"|'[^']*'|[^\s>\"']+)", re.IGNORECASE
)
_REFRESH = re.compile(
    r"[\s\d.]{0,16}[;,]\s{0,8}(?:url\s{0,8}=\s{0,8})?(.*)", re.IGNORECASE | re.DOTALL
)
_SCRIPT_MOVE = re.compile(
    r"\b(?:location(?:\.href)?\s{0,8}=|location\.(?:replace|assign)\s{0,8}\()"
    r"\s{0,8}(?:\"([^\"\r\n]{1,512})\"|'([^'\r\n]{1,512})')"
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?([\w-]{1,40})", re.IGNORECASE)
_ABSOLUTE = re.compile(r"([a-z][a-z0-9+.-]{0,15}):(?=/)(?://([^/?#\\]*))?([^#]*)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,15}:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a page came from: only links to exactly here are followed."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class _Tag:
    name: str
    attributes: dict[str, str]
    content: str  # up to its end tag, for the tags that hold raw text


def _tags(page: str) -> Iterator[_Tag]:
    """The tags of interest outside comments, scripts and styles; linear in the page."""
    at = 0
    for _ in range(_TAGS_READ):
        opened = _OPEN.search(page, at)
        if opened is None:
            return
        if opened.group(1) is None:
            closed = page.find("-->", opened.end())
            at = len(page) if closed < 0 else closed + 3
            continue
        name = opened.group(1).lower()
        end = _TAG_END.match(page, opened.end())
        at = opened.end() if end is None else end.end()
        content = ""
        if name not in {"link", "meta"}:
            content = _content(page, at, name)
            at += len(content)
        yield _Tag(name, _attributes("" if end is None else end.group()), content)


def _content(page: str, start: int, name: str) -> str:
    """What stands before the end tag; a title that never ends stops at the next tag."""
    closed = re.compile(f"</{name}", re.IGNORECASE).search(page, start)
    if closed is not None:
        return page[start : closed.start()]
    return page[start:].partition("<")[0] if name == "title" else page[start:]


def _attributes(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(text):
        found.setdefault(match.group(1).lower(), unescape(match.group(2).strip("\"'")).strip())
    return found


def title(page: str) -> str | None:
    """The title on one line."""
    for tag in _tags(page):
        if tag.name == "title":
            return " ".join(unescape(tag.content[: 8 * TITLE_KEPT]).split())[:TITLE_KEPT] or None
    return None


def icon_link(page: str) -> str | None:
    """What the page's first icon link points to."""
    for tag in _tags(page):
        if tag.name == "link" and "icon" in tag.attributes.get("rel", "").lower().split():
            return tag.attributes.get("href") or None
    return None


def page_redirect(page: str) -> str | None:
    """Where the page moves the reader by meta refresh or by one plain script assignment."""
    for tag in _tags(page):
        if tag.name == "meta" and tag.attributes.get("http-equiv", "").lower() == "refresh":
            moved = refresh_link(tag.attributes.get("content", ""))
            if moved:
                return moved
        if tag.name == "script":
            script = _SCRIPT_MOVE.search(tag.content)
            # What stands in a function waits for a click: it may log out, or restart the device.
            if script and "function" not in tag.content[: script.start()]:
                return script.group(1) or script.group(2)
    return None


def refresh_link(content: str) -> str | None:
    """Where `0; url=/x` leads, the content of a meta refresh or of a Refresh header."""
    moved = _REFRESH.fullmatch(content[:_LINK_READ])
    return moved.group(1).strip(" \t\"'") or None if moved else None


def declared_charset(start: bytes) -> str | None:
    """The charset a page declares in its first bytes."""
    stated = _CHARSET.search(start)
    return stated.group(1).decode("ascii", "ignore") if stated else None


def local_path(link: str, origin: Origin | None = None) -> str | None:
    """The path and query a link means on `origin`; `None` if it leads anywhere else.

    `http:///doc/x`, an empty host, means this host. Without origin only paths are taken.
    """
    link = link.strip()[:_LINK_READ]
    if "\\" in link or not link.isprintable():
        return None
    absolute = _ABSOLUTE.fullmatch(link.partition("#")[0])
    if absolute:
        scheme, host, path = absolute.groups()
        if origin is None or not _is_origin(scheme.lower(), host or "", origin):
            return None
        path = path or "/"
    elif link.startswith("//"):
        host, slash, rest = link[2:].partition("/")
        if host and (origin is None or not _is_origin(origin.scheme, host, origin)):
            return None
        path = f"{slash}{rest}" or "/"
    elif _SCHEME.match(link):
        return None
    else:
        path = link
    return _absolute_path(path.partition("#")[0])


def _is_origin(scheme: str, host: str, origin: Origin) -> bool:
    if scheme != origin.scheme:
        return False
    if not host:
        return True
    standard = 443 if scheme == "https" else 80
    name, _, port = host.rpartition(":") if re.search(r":\d*$", host) else (host, "", "")
    given = int(port) if port.isdigit() and len(port) <= 5 else standard
    return name.strip("[]").lower() == origin.host.strip("[]").lower() and given == origin.port


def _absolute_path(link: str) -> str | None:
    """From the root, without dots and with everything unusual percent-encoded."""
    path, question, query = link.partition("?")
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            return None
        if part not in {"", "."}:
            kept.append(part)
    if not link:
        return None
    slash = "/" if kept and path.endswith(("/", "/.")) else ""
    whole = "/" + "/".join(kept) + slash + question + query
    return quote(whole, safe="/?%&=+,;:@!$'()*~-._[]|")[:1024]
