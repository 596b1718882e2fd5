"""ARP's stored answers read again, and whose word they are."""

from camcensus.probers import arp
from camcensus.types import Evidence, Field, Observation, Outcome, Transport
from camcensus.wire.arp import build_request
from probers.asking import NOW

CAMERA, MONITOR, OTHER = "58:50:ed:01:02:03", "00:09:fb:01:02:03", "e0:a1:ce:01:02:03"


def answer(mac: str, address: str) -> bytes:
    """A neighbour's answer: our question with the other operation."""
    frame = bytearray(build_request(mac, address, "198.18.0.1"))
    frame[21] = 2
    return bytes(frame)


def seen_with(raw: bytes, message: str = arp.REQUEST) -> Observation:
    where = ("here", "", "198.18.0.4", 0, Transport.LINK, arp.NAME, message, NOW)
    return Observation(*where, Outcome.ANSWERED, raw=raw)


def test_a_stored_answer_gives_its_mac_and_owner_again() -> None:
    owner = Evidence(Field.MAC_OWNER, "Philips Patient Monitoring")
    expected = {Evidence(Field.MAC_ADDRESS, MONITOR), owner}
    line = f"198.18.0.4 dev scan0 lladdr {MONITOR} STALE".encode()

    assert set(arp.read(seen_with(answer(MONITOR, "198.18.0.4")))) == expected
    assert set(arp.read(seen_with(line, arp.CACHE))) == expected


def test_two_machines_at_one_address_are_evidence_of_nobody() -> None:
    both = answer(CAMERA, "198.18.0.4") + answer(OTHER, "198.18.0.4")

    assert arp.read(seen_with(both)) == ()


def test_stored_bytes_that_are_no_answer_give_nothing() -> None:
    for raw in (b"", b"x" * 41, b"x" * 200, answer(CAMERA, "198.18.0.4")[:30]):
        assert arp.read(seen_with(raw)) == ()
        assert arp.read(seen_with(raw, arp.CACHE)) == ()


def test_a_mac_of_eight_addresses_is_a_proxy_and_one_of_seven_is_not() -> None:
    assert arp.proxies({CAMERA: 7, OTHER: 8}) == {OTHER}
