"""One page a host that its maker's devices show to everybody, out of `fingerprints/pages.toml`.

A page is asked only of a host that something has named as that maker's before, at a place where
its front page answered.
"""

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from camcensus.data import data_folder
from camcensus.errors import CatalogueError
from camcensus.net import Reply
from camcensus.net.exchange import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.probers.base import Asking, Host, Prober
from camcensus.probers.evidence import http_evidence
from camcensus.probers.web import NO_PAGE, ask_door, doors
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Observation,
    Outcome,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.http import build_get, parse_response

NAME = "identity-page"
MESSAGE = "page"
_KEYS = {"id", "makers", "path", "holds", "why", "source"}
_PATH = re.compile(r"/[A-Za-z0-9._~/-]{1,120}(?:\?[A-Za-z0-9._~=&-]{1,80})?")


@dataclass(frozen=True, slots=True)
class Page:
    """One page, and whose devices are asked for it."""

    id: str
    makers: frozenset[str]
    path: str


@cache
def load_pages(folder: Path | None = None) -> tuple[Page, ...]:
    """Every page in the order of the file; `CatalogueError` names what does not hold in it."""
    path = (folder or data_folder("fingerprints")) / "pages.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return tuple(map(_page, table["page"]))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{path}: the pages do not hold: {error}") from error


def _page(entry: dict[str, object]) -> Page:
    if set(entry) != _KEYS or not all(entry.values()):
        raise ValueError(f"page {entry.get('id')!r} must state {', '.join(sorted(_KEYS))}")
    makers, path = entry["makers"], str(entry["path"])
    if not isinstance(makers, list) or not _PATH.fullmatch(path):
        raise ValueError(f"page {entry['id']!r} needs a list of makers and a plain path")
    return Page(str(entry["id"]), frozenset(map(str, makers)), path)


def page_for(suspects: Collection[str], pages: tuple[Page, ...]) -> Page | None:
    """The first page that one of these makers' devices show."""
    return next((page for page in pages if not page.makers.isdisjoint(suspects)), None)


def read(observation: Observation) -> tuple[Evidence, ...]:
    """The evidence in a stored answer."""
    try:
        return http_evidence(parse_response(observation.raw), observation.asked)
    except MalformedError:
        return ()


def spares(asking: Asking, host: Host) -> str:
    """Why this host is not asked for any page."""
    if not doors(host):
        return NO_PAGE
    page = page_for(asking.suspects(host.evidence()), load_pages())
    return "" if page is not None else "no maker is suspected whose devices show such a page"


async def ask(asking: Asking, host: Host) -> None:
    """At most one page, once, at the first place that speaks the web."""
    page = page_for(asking.suspects(host.evidence()), load_pages())
    door = next(iter(doors(host)), None)
    if page is None or door is None:
        return
    address, agent = host.target.address, asking.net.user_agent
    request = Request(NAME, MESSAGE, build_get(address, page.path, agent, port=door.host_port))
    reply = await ask_door(asking, host, door, request)
    await asking.emit(_observe(asking, host, page, reply))


def _observe(asking: Asking, host: Host, page: Page, reply: Reply) -> Observation:
    make = partial(
        asking.observation, host.target, reply, NAME, MESSAGE, Transport.TCP, asked=page.path
    )
    if reply.outcome is not Outcome.ANSWERED:
        return make()
    try:
        response = parse_response(reply.data)
    except MalformedError as error:
        return make(outcome=Outcome.MALFORMED, note=str(error))
    return make(evidence=http_evidence(response, page.path), note="; ".join(response.problems))


PROBER = Prober(
    name=NAME,
    planned=(
        PlannedProber(
            NAME,
            "second",
            Transport.TCP,
            (80, 443),
            ProberCost(
                frames=CONNECTION_FRAMES + TLS_FRAMES,
                connections=1,
                usual_frames=CONNECTION_FRAMES,
                usual_share=0.1,
            ),
        ),
    ),
    read=read,
    ask=ask,
    spares=spares,
)
