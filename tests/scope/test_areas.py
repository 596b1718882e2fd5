from camcensus.scope import Plan, PlannedProber, ScopeRequest, make_plan
from camcensus.types import Interface, ProberCost, Transport
from probers.asking import LIMITS, SAFETY

LINK = Interface("scan0", "198.18.0.1", 24)
PROBE = PlannedProber(
    "first", "first", Transport.UDP, (3702,), ProberCost(1), groups=("239.255.255.250",)
)


def plan_of(*targets: str, exclude: tuple[str, ...] = ()) -> Plan:
    return make_plan(
        ScopeRequest(targets=targets, exclude=exclude),
        interfaces=(LINK,),
        probers=(PROBE,),
        pace=LIMITS,
        denied=SAFETY.denied,
    )


def test_our_own_link_is_an_area_of_its_own_although_its_neighbour_is_asked_too() -> None:
    near, far = plan_of("198.18.0.0/23").areas
    assert (near.name, near.targets) == ("198.18.0.0/24", 254)
    assert near.touches(LINK)
    assert far.name == "198.18.1.0/24"
    assert not far.touches(LINK)
    assert "198.18.1.7" in far
    assert "198.18.0.7" not in far


def test_what_was_excluded_in_the_middle_does_not_split_an_area() -> None:
    [area] = plan_of("10.4.0.0/16", exclude=("10.4.7.0/24",)).areas
    assert area.name == "10.4.0.0/16"
    assert area.targets == 65536 - 256
    assert "10.4.7.1" not in area


def test_an_exclusion_far_larger_than_what_was_asked_for_names_nothing() -> None:
    [area] = plan_of("10.4.0.0/24", exclude=("10.5.0.0/16",)).areas
    assert area.name == "10.4.0.0/24"
