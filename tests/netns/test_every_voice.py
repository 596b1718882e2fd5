"""Every persona in every protocol it speaks, on the link and behind a router.

Each persona stands once on the scanner's own link and once behind the router. One thorough sweep
asks all of them everything; what is asserted is read from the stored observations. A protocol
joins through the table of probers, a persona by its file: its voices, and `[says]`.
"""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property

import pytest

from camcensus.census.naming import in_names
from camcensus.identify import Catalogue, load_catalogue
from camcensus.lab import Estate, LabDevice, Persona, load_personas, place
from camcensus.lab.snmp_voice import COMMUNITY
from camcensus.probers.table import PROBERS
from camcensus.scope import Reach
from camcensus.types import Evidence, Field, Identity, Kind
from netns.laboratory import Run, marks, sweep

pytestmark = [*marks, pytest.mark.timeout(300)]

ATTRIBUTES = ("maker", "brand", "model", "serial", "mac")
LINK, ROUTED = "198.18.0", "198.18.1"
PROTOCOLS = frozenset({prober.name for prober in PROBERS} | {"tls"})
VENDOR = frozenset({prober.name for prober in PROBERS if prober.vendor})
FIRST = frozenset(
    port
    for prober in PROBERS
    for row in prober.planned
    if row.stage == "first" and row.reach in {Reach.ALL, Reach.AFFORDABLE}
    for port in row.ports
)
PERSONAS = [one for one in load_personas() if not one.name.startswith("hostile_")]


def device(persona: Persona, network: str) -> LabDevice:
    number = PERSONAS.index(persona)
    return place(persona, f"{network}.{10 + number}", 1 if network == LINK else 2)


DEVICES = [device(persona, network) for persona in PERSONAS for network in (LINK, ROUTED)]
# Every voice of every device that a prober of today asks for.
VOICES = [(one, protocol) for one in DEVICES for protocol in sorted(one.persona.spoken & PROTOCOLS)]


def is_audible(one: LabDevice, protocol: str) -> bool:
    routed = one.address.startswith(f"{ROUTED}.")
    return protocol in one.persona.audible(routed=routed, first=FIRST)


def name(value: LabDevice | str) -> str:
    if isinstance(value, str):
        return value
    where = "link" if value.address.startswith(f"{LINK}.") else "routed"
    return f"{value.persona.name}-{where}"


@dataclass(frozen=True)
class Heard:
    """What the sweep stored, by address and protocol."""

    run: Run
    catalogue: Catalogue

    @cached_property
    def evidence(self) -> dict[tuple[str, str], list[Evidence]]:
        query = (
            "SELECT address, prober, field, value FROM observation"
            " JOIN evidence ON evidence.observation_id = observation.id"
            " WHERE outcome = 'answered'"
        )
        found: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
        with closing(sqlite3.connect(f"file:{self.run.database}?mode=ro", uri=True)) as connection:
            for address, prober, field, value in connection.execute(query):
                found[address, prober].append(Evidence(Field(field), value))
        return found

    @cached_property
    def notes(self) -> dict[str, str]:
        """What the coverage says of each prober, over all zones."""
        said: dict[str, str] = defaultdict(str)
        for (_, prober), row in self.run.coverage.items():
            said[prober] += f"{row['not_audible'] or ''} {row['excluded_why'] or ''}"
        return said

    def identity(self, one: LabDevice, protocol: str) -> Identity:
        """Who it is by the word of this one protocol."""
        known = self.catalogue.identify(self.evidence[one.address, protocol])
        return in_names(known, self.catalogue)


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Heard:
    folder = tmp_path_factory.mktemp("voices")
    community = folder / "community"
    community.write_text(COMMUNITY, encoding="ascii")
    estate = Estate(tuple(DEVICES), (f"{LINK}.0/25", f"{ROUTED}.0/25"))
    asked = ("--thorough", "--pace", "fast", "--snmp-community-file", str(community))
    run = sweep(folder, estate, *estate.targets, *asked)
    assert run.code == 0, run.stderr
    return Heard(run, load_catalogue())


def truth(one: LabDevice, attribute: str) -> str | None:
    """What is so; `None` where the persona's truth leaves it open, or its answers lie."""
    if attribute in one.persona.truth.lies:
        return None
    if attribute in {"mac", "serial"}:
        return str(getattr(one, attribute))
    found = getattr(one.persona.truth, attribute)
    return None if found is None else str(found)


def plain(text: str) -> str:
    """Some write "AV 1000" and some "AV1000"."""
    return text.replace(" ", "").lower()


def wrong(one: LabDevice, identity: Identity) -> dict[str, tuple[str, str | None]]:
    """Attributes that the identity states and that are not so."""
    found: dict[str, tuple[str, str | None]] = {}
    for attribute in ATTRIBUTES:
        said, so = getattr(identity, attribute), truth(one, attribute)
        if said is not None and so is not None and plain(said) != plain(so):
            found[attribute] = (said, so)
    return found


each_voice = pytest.mark.parametrize(("one", "protocol"), VOICES, ids=name)


@each_voice
def test_a_voice_is_heard_where_the_persona_says_that_it_can_be(
    heard: Heard, one: LabDevice, protocol: str
) -> None:
    assert ((one.address, protocol) in heard.evidence) is is_audible(one, protocol)


@each_voice
def test_no_protocol_alone_says_anything_wrong(heard: Heard, one: LabDevice, protocol: str) -> None:
    identity = heard.identity(one, protocol)

    assert wrong(one, identity) == {}
    if one.persona.truth.is_video:
        assert identity.kind is not Kind.NOT_VIDEO
    else:
        assert identity.kind in {Kind.NOT_VIDEO, Kind.UNKNOWN}


@each_voice
def test_a_protocol_says_what_the_persona_states_for_it(
    heard: Heard, one: LabDevice, protocol: str
) -> None:
    stated = one.persona.says.get(protocol)
    if not is_audible(one, protocol) or stated is None:
        return
    identity = heard.identity(one, protocol)
    said = {attribute for attribute in ATTRIBUTES if getattr(identity, attribute) is not None}

    assert said >= set(stated)


@each_voice
def test_a_makers_own_protocol_says_whose_the_device_is(
    heard: Heard, one: LabDevice, protocol: str
) -> None:
    if protocol not in VENDOR or not is_audible(one, protocol) or protocol in one.persona.says:
        return
    identity = heard.identity(one, protocol)

    assert identity.maker or identity.brand


INAUDIBLE = [(one, protocol) for one, protocol in VOICES if not is_audible(one, protocol)]


@pytest.mark.parametrize(("one", "protocol"), INAUDIBLE, ids=name)
def test_the_coverage_says_why_a_voice_could_not_be_heard(
    heard: Heard, one: LabDevice, protocol: str
) -> None:
    """Of a device that shows no sign of life there is nothing to say: it counts as silent."""
    if one.persona.audible(routed=True, first=FIRST):
        assert "router" in heard.notes[protocol]
    else:
        assert one.address not in {row["address"] for row in heard.run.report["tcp"]}


def test_no_device_was_asked_what_it_must_not_be_asked(heard: Heard) -> None:
    assert heard.run.report["violations"] == []
    assert heard.run.report["authorization_headers"] == 0
