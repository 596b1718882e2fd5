"""`fingerprints/safety.toml` and `pages.toml`, read once, enforced on every byte that leaves."""

import re
import tomllib
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import re2
from camcensus.data import data_folder
from camcensus.errors import CatalogueError
from camcensus.scope import DeniedPorts
from camcensus.types import PaceLimits, Request, Transport

_PAGE_KEYS = {"id", "makers", "path", "holds", "why", "source"}
_PAGE_PATH = re.compile(r"/[A-Za-z0-9._~/-]{1,120}(?:\?[A-Za-z0-9._~=&-]{1,80})?")


@dataclass(frozen=True, slots=True)
class AllowedMessage:
    """One message that may be sent, with the shape that its bytes must have."""

    prober: str
    message: str
    transport: Transport
    ports: tuple[tuple[int, int], ...]  # empty: any port that is not denied
    shape: Any
    why: str

    def accepts_port(self, port: int) -> bool:
        """Whether this message may go to the port."""
        return not self.ports or any(first <= port <= last for first, last in self.ports)


@dataclass(frozen=True, slots=True)
class DeniedPath:
    """A part of a path that is never asked."""

    pattern: Any
    why: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Owners of MACs whose devices are left alone."""

    what: str
    owners: frozenset[str]  # as the IEEE registered them
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class SafeDescription:
    """UPnP software whose description may be fetched, by its SERVER header."""

    server: Any
    why: str


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """A page that says without login which device it is, and whose devices are asked for it."""

    id: str
    makers: frozenset[str]
    path: str


@dataclass(frozen=True, slots=True)
class Safety:
    """What may be sent, what never, and how gently."""

    denied: tuple[DeniedPorts, ...]
    denied_paths: tuple[DeniedPath, ...]
    safe_descriptions: tuple[SafeDescription, ...]
    allowed: dict[tuple[str, str], AllowedMessage]
    paces: dict[str, PaceLimits]
    pages: tuple[IdentityPage, ...]
    withheld: tuple[Withheld, ...] = ()
    digest: str = ""  # SHA-256 of the two files, as they are

    def withholding(self, owner: str | None) -> str | None:
        """Why a device whose MAC has this owner is left alone, `None` if it may be asked."""
        for row in self.withheld:
            if owner in row.owners:
                return f"{row.what} by its MAC ({owner}): nothing more is sent to it"
        return None

    def may_describe(self, server: str) -> bool:
        """Whether a device with this SERVER header is known to bear that its description is read.

        One family of recorders crashes: whoever is not listed is not asked.
        """
        return any(row.server.fullmatch(server) for row in self.safe_descriptions)

    def objection(self, request: Request, transport: Transport, port: int) -> str | None:
        """Why these bytes must not be sent to this port; `None` if they may be."""
        row = self.allowed.get((request.prober, request.message))
        if row is None:
            return f"no row allows the message {request.message!r} of {request.prober!r}"
        if row.transport is not transport or not row.accepts_port(port):
            return f"{request.message!r} of {request.prober!r} is not for {transport} port {port}"
        for denied in self.denied:
            if denied.transport is transport and denied.first <= port <= denied.last:
                return f"{transport} port {port} is never touched: {denied.why}"
        text = request.payload.decode("latin-1")
        match = row.shape.fullmatch(text)
        if match is None:
            return f"the bytes do not have the shape of {request.message!r}"
        return self._path_objection(match.groupdict().get("path"), request.message)

    def _path_objection(self, path: str | None, message: str) -> str | None:
        if path is None:
            return None
        for denied in self.denied_paths:
            if denied.pattern.search(path):
                return f"the path of {message!r} is never asked: {denied.why}"
        return None


def load_safety(folder: Path | None = None) -> Safety:
    """Read the safety file and the pages; `CatalogueError` names what does not hold in them."""
    path = (folder or data_folder("fingerprints")) / "safety.toml"
    pages = _pages(path.with_name("pages.toml"))
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return Safety(
            denied=tuple(row for entry in table["deny"] for row in _denied(entry)),
            denied_paths=tuple(
                DeniedPath(_compile(entry["pattern"]), entry["why"]) for entry in table["deny_path"]
            ),
            safe_descriptions=tuple(map(_safe_description, table["safe_description"])),
            allowed={(row.prober, row.message): row for row in map(_allowed, table["allow"])},
            paces={name: _pace(name, entry) for name, entry in table["pace"].items()},
            withheld=tuple(map(_withheld, table["withhold"])),
            pages=pages,
            digest=sha256(
                path.read_bytes() + path.with_name("pages.toml").read_bytes()
            ).hexdigest(),
        )
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(
            f"{path}: the safety rules do not hold, so nothing will be sent: {error}"
        ) from error


def _pages(path: Path) -> tuple[IdentityPage, ...]:
    try:
        return tuple(map(_page, tomllib.loads(path.read_text("utf-8"))["page"]))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(
            f"{path}: the pages do not hold, so nothing will be sent: {error}"
        ) from error


def _page(entry: dict[str, Any]) -> IdentityPage:
    if set(entry) != _PAGE_KEYS or not all(entry.values()):
        raise ValueError(f"page {entry.get('id')!r} must state {', '.join(sorted(_PAGE_KEYS))}")
    if not isinstance(entry["makers"], list) or not _PAGE_PATH.fullmatch(entry["path"]):
        raise ValueError(f"page {entry['id']!r} needs a list of makers and a plain path")
    return IdentityPage(entry["id"], frozenset(entry["makers"]), entry["path"])


def _denied(entry: dict[str, Any]) -> list[DeniedPorts]:
    return [
        DeniedPorts(Transport(entry["transport"]), first, last, entry["why"], entry["source"])
        for first, last in map(_port_range, entry["ports"])
    ]


def _safe_description(entry: dict[str, Any]) -> SafeDescription:
    if not entry["source"]:
        raise ValueError("a safe description without a source")
    return SafeDescription(_compile(entry["server"]), entry["why"])


def _allowed(entry: dict[str, Any]) -> AllowedMessage:
    ports = () if entry["ports"] == ["any"] else tuple(map(_port_range, entry["ports"]))
    return AllowedMessage(
        prober=entry["prober"],
        message=entry["message"],
        transport=Transport(entry["transport"]),
        ports=ports,
        shape=_compile(entry["shape"]),
        why=entry["why"],
    )


def _withheld(entry: dict[str, Any]) -> Withheld:
    owners = frozenset(entry["owners"])
    if not owners or not all(isinstance(one, str) and one for one in owners):
        raise ValueError(f"the owners of {entry['what']!r} must be names")
    return Withheld(entry["what"], owners, entry["why"], entry["source"])


def _port_range(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    low, high = int(first), int(last or first)
    if not 0 < low <= high <= 65535:
        raise ValueError(f"{text!r} is no range of ports")
    return low, high


def _pace(name: str, entry: dict[str, Any]) -> PaceLimits:
    known = {field.name for field in fields(PaceLimits)} - {"name"}
    if set(entry) != known:
        raise ValueError(f"pace {name!r} must state exactly {', '.join(sorted(known))}")
    return PaceLimits(name=name, **entry)


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise ValueError(f"the pattern {pattern!r} does not compile: {error}") from error
