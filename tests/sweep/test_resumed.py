"""A host that an interrupted run had begun with counts as it would have, had nothing happened."""

import asyncio
from dataclasses import replace

import pytest

from camcensus.net import Reply
from camcensus.probers.base import Host
from camcensus.sweep import Event, Resume, Sweep
from camcensus.types import (
    Certainty,
    Claim,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    Target,
    Transport,
)
from probers.asking import LIMITS, NOW, SAFETY, ScriptedNet
from sweep.test_run import Estate, plan_of

MAC = Evidence(Field.MAC_ADDRESS, "00:40:8c:00:00:01")
KNOWN = Identity(
    kind=Kind.CAMERA,
    maker="axis",
    model="M1065",
    certainty=Certainty(kind=0.95, maker=0.95, model=0.95),
    claims=(Claim("axis.one", "mac", "00:40:8c:00:00:01", 0.95, MAC),),
)


@pytest.mark.parametrize("asked", [1, 0], ids=["asked-before", "not-yet-asked"])
def test_a_prober_that_had_asked_a_device_known_by_now_has_asked_it_once(asked: int) -> None:
    estate, plan = Estate(), plan_of("198.18.0.9")
    target = Target("198.18.0.9", "s")
    silence = Reply(Outcome.SILENT, peer=target.address, peer_port=80)

    async def emit(_: Event) -> None:
        pass

    async def run() -> Sweep:
        sweep = Sweep(
            plan,
            estate.probers(),
            ScriptedNet(plan.permit, SAFETY, LIMITS, user_agent="test"),
            emit=emit,
            now=lambda: NOW,
            name=lambda _: KNOWN,
        )
        later = replace(_seen(target, silence), prober="third")  # it had gone on to this one
        seen = [_seen(target, silence), later] if asked else []
        sweep.resume = Resume(plan.size, (Host(target, seen, resumed=True),))
        await sweep.run()
        return sweep

    sweep = asyncio.run(run())

    rows = {row.prober: row.asked for row in sweep.coverage.rows()}
    assert rows["second"] == asked
    assert estate.met == []


def _seen(target: Target, reply: Reply) -> Observation:
    return Observation(
        site=target.site,
        zone=target.zone,
        address=target.address,
        port=reply.peer_port,
        transport=Transport.TCP,
        prober="second",
        message="page",
        seen_at=NOW,
        outcome=reply.outcome,
    )


def test_the_prober_that_was_cut_off_is_asked_again() -> None:
    target = Target("198.18.0.9", "s")
    silence = Reply(Outcome.SILENT, peer=target.address, peer_port=80)
    host = Host(target, [_seen(target, silence)], resumed=True)

    assert host.cut_off() == "second"
    assert Host(target, [_seen(target, silence)]).cut_off() == ""
    assert Host(target, resumed=True).cut_off() == ""
