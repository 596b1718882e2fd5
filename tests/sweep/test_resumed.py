"""A host that an interrupted run had begun with counts as it would have, had nothing happened."""

import asyncio
from dataclasses import dataclass

import pytest

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


@dataclass(frozen=True)
class Interrupted:
    """Whom the earlier run had heard of the host, in this order, and what a resumed one does."""

    heard: tuple[str, ...]
    counted: int  # so often `second` counts as asked
    met: bool  # whether `second` asks again

    async def run(self) -> tuple[Estate, Sweep]:
        estate, plan = Estate(), plan_of("198.18.0.9")
        target = Target("198.18.0.9", "s")

        async def emit(_: Event) -> None:
            pass

        sweep = Sweep(
            plan,
            estate.probers(),
            ScriptedNet(plan.permit, SAFETY, LIMITS, user_agent="test"),
            emit=emit,
            now=lambda: NOW,
            name=lambda _: KNOWN,
        )
        host = Host(target, [_seen(target, prober) for prober in self.heard], resumed=True)
        sweep.resume = Resume(plan.size, (host,))
        await sweep.run()
        return estate, sweep


@pytest.mark.parametrize(
    "interrupted",
    [
        pytest.param(Interrupted((), 0, met=False), id="not-yet-asked"),
        pytest.param(Interrupted(("first",), 0, met=False), id="only-the-first-pass"),
        pytest.param(Interrupted(("second", "broken"), 1, met=False), id="asked-before"),
        pytest.param(Interrupted(("second",), 1, met=True), id="cut-off"),
        pytest.param(Interrupted(("second", "first"), 1, met=True), id="cut-off-beside-the-first"),
    ],
)
def test_a_device_known_by_now_is_asked_only_by_the_prober_that_was_cut_off(
    interrupted: Interrupted,
) -> None:
    """What it had asked already counts as asked once; what it had not come to is spared."""
    estate, sweep = asyncio.run(interrupted.run())

    rows = {row.prober: row.asked for row in sweep.coverage.rows()}
    assert rows["second"] == interrupted.counted
    assert bool(estate.met) == interrupted.met


def _seen(target: Target, prober: str) -> Observation:
    return Observation(
        site=target.site,
        zone=target.zone,
        address=target.address,
        port=80,
        transport=Transport.TCP,
        prober=prober,
        message="page",
        seen_at=NOW,
        outcome=Outcome.SILENT,
    )
