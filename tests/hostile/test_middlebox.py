"""What accepts every connection: told as one thing in the way, never as hundreds of devices."""

import pytest

from camcensus.probers.canary import PORT
from cli.program import run
from hostile.zoo import CONTROLS, Visit


@pytest.fixture(scope="module")
def visit(visits: dict[str, Visit]) -> Visit:
    return visits["middlebox"]


def asked_the_canary(visit: Visit, case: str) -> bool:
    return any(seen.prober == "canary" for seen in visit.of(case))


def test_a_host_whose_every_port_accepts_is_a_suspect_and_no_device(visit: Visit) -> None:
    [seen] = [one for one in visit.of("N01") if one.prober == "canary"]

    assert "middlebox suspect" in seen.note
    assert visit.zoo.address("N01") not in visit.devices
    assert f"middlebox suspect: {visit.zoo.address('N01')} accept" in visit.err


def test_a_host_whose_unused_port_is_closed_stays_a_device(visit: Visit) -> None:
    assert asked_the_canary(visit, "honest")
    assert not any("suspect" in seen.note for seen in visit.of("honest"))
    assert visit.zoo.address("honest") in visit.devices


@pytest.mark.parametrize("case", ["speaks", "few"])
def test_the_unused_port_of_other_hosts_is_left_alone(visit: Visit, case: str) -> None:
    assert not asked_the_canary(visit, case)
    assert visit.zoo.connections[visit.zoo.address(case), PORT] == 0


def test_the_controls_are_found_and_never_asked_there(visit: Visit) -> None:
    found = {one.persona.name: visit.devices[one.address]["brand"] for one in visit.zoo.controls}

    assert found == CONTROLS
    assert {one["port"] for one in visit.report["tcp"]}.isdisjoint({PORT})


def test_naming_again_makes_no_device_of_it(visit: Visit) -> None:
    run("reidentify", "--db", visit.database)
    listed = run("devices", "--kind", "unknown", "--json", "--db", visit.database)

    assert visit.zoo.address("N01") not in listed.out
    assert visit.zoo.address("honest") in listed.out
