"""One page a host that its maker's devices show to everybody, out of `fingerprints/pages.toml`.

A page is asked only of a host that something has named as that maker's before, at a place where
its front page answered.
"""

from collections.abc import Collection
from functools import partial

from camcensus.net import Reply
from camcensus.net.frames import CONNECTION_FRAMES, TLS_FRAMES
from camcensus.net.safety import IdentityPage
from camcensus.probers.base import Asking, Host, Prober, Said, judged
from camcensus.probers.evidence import http_evidence
from camcensus.probers.samples import Occasion, Sample
from camcensus.probers.web import NO_PAGE, ask_web_port, web_ports
from camcensus.scope import PlannedProber
from camcensus.types import (
    Evidence,
    Observation,
    ProberCost,
    Request,
    Transport,
)
from camcensus.wire import MalformedError
from camcensus.wire.http import build_get, parse_response

NAME = "identity-page"
MESSAGE = "page"


def page_for(suspects: Collection[str], pages: tuple[IdentityPage, ...]) -> IdentityPage | None:
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
    if not web_ports(host):
        return NO_PAGE
    page = page_for(asking.suspects(host.evidence()), asking.net.safety.pages)
    return "" if page is not None else "no maker is suspected whose devices show such a page"


async def ask(asking: Asking, host: Host) -> None:
    """At most one page, once, at the first place that speaks the web."""
    page = page_for(asking.suspects(host.evidence()), asking.net.safety.pages)
    place = next(iter(web_ports(host)), None)
    if page is None or place is None:
        return
    request = _request(page, host.target.address, asking.net.user_agent, place.host_port)
    reply = await ask_web_port(asking, host, place, request)
    await asking.emit(_observe(asking, host, page, reply))


def _request(page: IdentityPage, address: str, agent: str, port: int | None = None) -> Request:
    return Request(NAME, MESSAGE, build_get(address, page.path, agent, port=port))


def samples(occasion: Occasion) -> tuple[Sample, ...]:
    """The request for each page; a host gets one of them, if any."""
    return tuple(
        Sample(
            _request(page, occasion.address, occasion.agent),
            f"only where the maker may be {' or '.join(sorted(page.makers))}",
        )
        for page in occasion.pages
    )


def _observe(asking: Asking, host: Host, page: IdentityPage, reply: Reply) -> Observation:
    make = partial(
        asking.observation, host.target, reply, NAME, MESSAGE, Transport.TCP, asked=page.path
    )

    def said(data: bytes) -> Said:
        response = parse_response(data)
        return http_evidence(response, page.path), response.problems

    return judged(make, reply, said)


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
    samples=samples,
)
