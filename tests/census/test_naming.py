"""Whose words count when what a host said contradicts itself."""

from dataclasses import replace

from camcensus.census.naming import named
from camcensus.identify import load_catalogue
from camcensus.probers import dhip, sadp
from camcensus.types import UNECHOED, UNSOLICITED, Evidence, Observation, Outcome, Transport
from probers.asking import NOW

CATALOGUE = load_catalogue()
HIKVISION = sadp.evidence(
    b"<ProbeMatch><DeviceDescription>DS-2CD2042WD</DeviceDescription>"
    b"<DeviceSN>DS-2CD2042WD20160101AAWR123456789</DeviceSN><MAC>c0-56-e3-11-22-33</MAC>"
    b"</ProbeMatch>"
)
DAHUA = dhip.evidence(
    b'{"mac":"3c:ef:8c:11:22:33","method":"client.notifyDevInfo","params":{"deviceInfo":'
    b'{"DeviceType":"IPC-HFW2431S","DeviceClass":"IPC","SerialNo":"4E00001PAG00001"}}}'
)


def believed(observations: list[Observation]) -> list[Evidence]:
    return named(observations, CATALOGUE)[1]


def seen(prober: str, evidence: tuple[Evidence, ...], note: str = "") -> Observation:
    answered = Outcome.ANSWERED
    bare = Observation("s", "", "198.18.0.9", 9, Transport.UDP, prober, "m", NOW, answered)
    return replace(bare, evidence=evidence, note=note)


def test_what_anybody_may_have_sent_does_not_contradict_what_is_proved() -> None:
    for note in (f"{UNECHOED}: x", f"{UNSOLICITED}: x"):
        said = [seen("dhip", DAHUA, note), seen("sadp", HIKVISION)]
        assert believed(said) == list(HIKVISION)
        assert named(said, CATALOGUE)[0].maker == "hikvision"


def test_it_counts_where_nothing_contradicts_it_and_where_nothing_is_proved() -> None:
    doubtful = seen("dhip", DAHUA, f"{UNECHOED}: x")
    assert believed([doubtful]) == list(DAHUA)
    assert named([doubtful], CATALOGUE)[0].maker == "dahua"
    both = [doubtful, seen("dhip", DAHUA)]
    assert believed(both) == [*DAHUA, *DAHUA]


def test_a_contradiction_between_proved_words_stays_open() -> None:
    said = [seen("dhip", DAHUA), seen("sadp", HIKVISION)]
    assert believed(said) == [*DAHUA, *HIKVISION]
    assert "maker" in named(said, CATALOGUE)[0].conflicts
