"""How much a plan sends and how long it takes, by rate and by the caps on hosts in flight.

Two guesses are stated: which share of the addresses is live, and what a live host commonly costs
(most ports of most hosts are closed). What can happen at most is told beside them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from camcensus.scope.ports import ports_for
from camcensus.scope.words import PlannedProber, Stage
from camcensus.types import PaceLimits, Transport

HostFrames = Callable[[PlannedProber, Mapping[str, tuple[int, ...]]], int]

LIVE_SHARE = 0.25
UDP_WAIT_S = 2.0  # what a question costs in time that nobody answers
ARP_FRAMES = 3  # a kernel asks three times for a neighbour that is not there (Linux: mcast_solicit)


@dataclass(frozen=True, slots=True)
class Load:
    """What the estimate rests on, as counted by the plan."""

    targets: int
    on_link: int  # of the targets: those in a network of one of our own interfaces
    udp_only: int
    tcp_for_all: int
    busiest_256: int  # targets in the fullest block of 256 addresses
    links: tuple[tuple[str, int], ...]  # link prober and the datagrams it may send, all links


@dataclass(frozen=True, slots=True)
class ProberEstimate:
    """Frames of one prober: to one host at most, the hosts it will ask, and commonly in all."""

    name: str
    stage: Stage
    host_frames: int
    hosts: int
    frames: int


@dataclass(frozen=True, slots=True)
class HostWorst:
    """The most that one host can meet, with the pace's budget for a host applied."""

    frames: int
    connections: int
    requests: int
    bytes_in: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Frames and seconds, as live hosts commonly are; `frames_most` is the most there can be."""

    targets: int
    on_link: int
    routed: int
    live_share: float
    probers: tuple[ProberEstimate, ...]
    arp_frames: int
    frames: int
    frames_most: int
    host: HostWorst
    seconds_by_rate: float
    seconds_by_caps: float

    @property
    def seconds(self) -> float:
        """The time that binds."""
        return max(self.seconds_by_rate, self.seconds_by_caps)

    @property
    def binds(self) -> Literal["rate", "caps"]:
        """Which of the two it is."""
        return "rate" if self.seconds_by_rate >= self.seconds_by_caps else "caps"


def estimate(
    load: Load,
    probers: tuple[PlannedProber, ...],
    ports: Mapping[str, tuple[int, ...]],
    pace: PaceLimits,
    live_share: float = LIVE_SHARE,
) -> Estimate:
    """The estimate of a plan with this load."""
    arp = _kernel_arp(probers)
    rows = tuple(_row(prober, load, ports, live_share, usual_frames) for prober in probers)
    worst = [_row(prober, load, ports, 1.0, host_frames) for prober in probers]
    most = sum(row.frames for row in worst) + arp * load.on_link
    frames = sum(row.frames for row in rows) + arp * load.on_link
    host = _host(probers, ports, pace, on_link=load.on_link > 0)
    return Estimate(
        targets=load.targets,
        on_link=load.on_link,
        routed=load.targets - load.on_link,
        live_share=live_share,
        probers=rows,
        arp_frames=arp * load.on_link,
        frames=frames,
        frames_most=most,
        host=host,
        seconds_by_rate=frames / pace.frames_per_s,
        seconds_by_caps=_by_caps(load, probers, ports, pace, live_share),
    )


def _kernel_arp(probers: Iterable[PlannedProber]) -> int:
    """What a kernel asks the link at most for the datagrams of the first pass to one neighbour."""
    return ARP_FRAMES * sum(row.cost.requests for row in _first(probers, on_link=False))


def _first(probers: Iterable[PlannedProber], *, on_link: bool) -> list[PlannedProber]:
    """The rows of the first pass; those below IP only for addresses of our own links."""
    return [
        row
        for row in probers
        if row.stage == "first" and (on_link or row.transport is not Transport.LINK)
    ]


def host_frames(prober: PlannedProber, ports: Mapping[str, tuple[int, ...]]) -> int:
    """Frames to one host at most; ports that the user named may make it more, never less."""
    named = len(ports_for(prober.name, ports)) if prober.stage != "link" else 0
    return max(prober.cost.frames, ceil(prober.cost.frames * named / max(len(prober.ports), 1)))


def usual_frames(prober: PlannedProber, ports: Mapping[str, tuple[int, ...]]) -> int:
    """Frames to a live host commonly; ports that the user named cost a connection in vain each."""
    named = len(ports_for(prober.name, ports)) if prober.stage != "link" else 0
    most = host_frames(prober, ports)
    return min(most, prober.cost.usual_frames + named) if prober.cost.usual_frames else most


def _row(
    prober: PlannedProber,
    load: Load,
    ports: Mapping[str, tuple[int, ...]],
    live_share: float,
    each: HostFrames,
) -> ProberEstimate:
    if prober.stage == "link":
        sent = dict(load.links).get(prober.name, 0)
        return ProberEstimate(prober.name, prober.stage, 0, 0, each(prober, ports) * sent)
    hosts = _hosts(prober, load, live_share)
    most = host_frames(prober, ports)
    return ProberEstimate(prober.name, prober.stage, most, hosts, each(prober, ports) * hosts)


def _hosts(prober: PlannedProber, load: Load, live_share: float) -> int:
    if prober.stage == "first":
        return load.on_link if prober.transport is Transport.LINK else load.targets
    asked = 1.0 if live_share == 1.0 else prober.cost.usual_share
    if prober.transport is Transport.UDP:
        return ceil(load.targets * live_share * asked)
    rest = load.targets - load.udp_only - load.tcp_for_all
    return ceil((load.tcp_for_all + ceil(max(rest, 0) * live_share)) * asked)


def _host(
    probers: tuple[PlannedProber, ...],
    ports: Mapping[str, tuple[int, ...]],
    pace: PaceLimits,
    *,
    on_link: bool,
) -> HostWorst:
    arp = _kernel_arp(probers) if on_link else 0
    first = _first(probers, on_link=on_link)
    second = [prober for prober in probers if prober.stage == "second"]
    asked = first + second
    seconds = _host_seconds(first, ports, pace, arp) + _host_seconds(second, ports, pace, 0)
    return HostWorst(
        frames=arp + sum(host_frames(prober, ports) for prober in asked),
        connections=min(sum(p.cost.connections for p in asked), pace.host_connections),
        requests=min(sum(p.cost.requests for p in asked), pace.host_requests),
        bytes_in=min(sum(p.cost.bytes_in for p in asked), pace.host_bytes),
        seconds=min(seconds, pace.host_seconds),
    )


def _host_seconds(
    probers: list[PlannedProber], ports: Mapping[str, tuple[int, ...]], pace: PaceLimits, arp: int
) -> float:
    """One host's time at most: its own rate or the gaps, and every connect in vain."""
    frames = arp + sum(host_frames(prober, ports) for prober in probers)
    requests = sum(prober.cost.requests for prober in probers)
    waits = sum(prober.cost.connections for prober in probers) * pace.connect_timeout_s
    paced = max(frames / pace.host_frames_per_s, max(requests - 1, 0) * pace.request_gap_s)
    return min(paced + waits, pace.host_seconds)


def _usual_seconds(
    probers: list[PlannedProber], ports: Mapping[str, tuple[int, ...]], pace: PaceLimits, arp: int
) -> float:
    """One host's time commonly: its own rate, and a wait for each datagram nobody answers."""
    frames = arp + sum(usual_frames(p, ports) * p.cost.usual_share for p in probers)
    again = [p for p in probers if p.stage == "second" and p.transport is Transport.UDP]
    waits = UDP_WAIT_S * sum(p.cost.requests * p.cost.usual_share for p in again)
    return min(frames / pace.host_frames_per_s + waits, pace.host_seconds)


def _by_caps(
    load: Load,
    probers: tuple[PlannedProber, ...],
    ports: Mapping[str, tuple[int, ...]],
    pace: PaceLimits,
    live_share: float,
) -> float:
    near, far = (_first(probers, on_link=on_link) for on_link in (True, False))
    second = [prober for prober in probers if prober.stage == "second"]
    asked_again = max((_hosts(prober, load, live_share) for prober in second), default=0)
    total = (
        load.on_link * _usual_seconds(near, ports, pace, _kernel_arp(probers))
        + (load.targets - load.on_link) * _usual_seconds(far, ports, pace, 0)
        + asked_again * _usual_seconds(second, ports, pace, 0)
    )
    busiest = total * load.busiest_256 / load.targets if load.targets else 0.0
    return max(total / pace.hosts_in_flight, busiest / pace.hosts_per_24)
