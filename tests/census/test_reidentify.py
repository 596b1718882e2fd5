"""Stored answers, named again: what the catalogue learned, and what the readers learned."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from camcensus.census import naming
from camcensus.census.naming import reidentify
from camcensus.identify import Catalogue, load_catalogue
from camcensus.probers.mark import readers_mark
from camcensus.store import Change, DeviceChange, Store
from camcensus.types import Evidence, Field, Observation, Outcome, Transport
from store.estate import at, sweep

CATALOGUE = load_catalogue()
PAGE = b"HTTP/1.1 200 OK\r\nServer: AcmeCam/2.1\r\n\r\n<title>Acme</title>"
READ = (Evidence(Field.HTTP_SERVER, "AcmeCam/2.1"), Evidence(Field.HTTP_TITLE, "Acme"))
ACME = """schema = 1
maker = "acme"
[[signature]]
id = "acme.http.server"
field = "http.server"
pattern = '^AcmeCam/(?P<firmware>[0-9.]+)$'
certainty = 0.9
maker = "acme"
kind = "camera"
why = "Its own web server."
source = "Acme manual"
matches = [{ value = "AcmeCam/2.1", firmware = "2.1", source = "Acme manual" }]
rejects = ["AcmeCam"]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "census.db") as opened:
        yield opened


@pytest.fixture
def grown(tmp_path: Path) -> Catalogue:
    """The catalogue with one maker more."""
    own = tmp_path / "own"
    (own / "makers").mkdir(parents=True)
    (own / "vocabulary.toml").write_text('schema = 1\n[names]\nacme = "Acme"\n', "utf-8")
    (own / "makers" / "acme.toml").write_text(ACME, "utf-8")
    return load_catalogue(own=own)


def page(address: str, evidence: tuple[Evidence, ...] = READ) -> Observation:
    return Observation(
        "north", "", address, 80, Transport.TCP, "http", "get", at(1), Outcome.ANSWERED, "/", PAGE,
        evidence,
    )  # fmt: skip


def swept(store: Store, *observations: Observation, readers: str = "") -> int:
    mark = readers or readers_mark()
    number = store.begin_sweep(replace(sweep(), readers=mark))
    with store.writer(number, mark) as writer:
        for one in observations:
            writer.offer(one)
        writer.flush()
    return number


def test_a_catalogue_that_grew_names_what_was_stored(store: Store, grown: Catalogue) -> None:
    number = swept(store, page("198.18.0.1"), page("198.18.0.2"))
    told: list[DeviceChange] = []
    before = reidentify(store, number, CATALOGUE)

    after = reidentify(store, number, grown, told.append)

    assert before.changes == {Change.NEW: 2}
    assert (after.hosts, after.changes) == (2, {Change.NAMED: 2})
    assert [(one.record.maker, one.record.firmware) for one in told] == [("Acme", "2.1")] * 2
    assert {one.catalogue for one in store.devices()} == {grown.version}
    assert ".own." in grown.version


def test_a_device_says_which_catalogue_named_it(store: Store, grown: Catalogue) -> None:
    first, second = swept(store, page("198.18.0.1")), swept(store, page("198.18.0.2"))
    reidentify(store, first, CATALOGUE)
    reidentify(store, second, grown)

    named = {one.address: one.catalogue for one in store.devices()}

    assert named == {"198.18.0.1": CATALOGUE.version, "198.18.0.2": grown.version}


def test_all_sweeps_are_named_where_none_is_given(store: Store, grown: Catalogue) -> None:
    swept(store, page("198.18.0.1"))
    swept(store, page("198.18.0.2"))

    assert reidentify(store, None, grown).hosts == 2


def test_evidence_of_the_same_readers_is_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = swept(store, page("198.18.0.1"))

    def read(_: Observation) -> tuple[Evidence, ...]:
        raise AssertionError("read again")

    monkeypatch.setattr(naming, "evidence_again", read)

    assert reidentify(store, number, CATALOGUE).hosts == 1


def test_what_other_readers_read_is_read_again_and_kept(store: Store, grown: Catalogue) -> None:
    number = swept(store, page("198.18.0.1", READ[1:]), readers="of another version")

    assert reidentify(store, number, grown).changes == {Change.NEW: 1}

    (device,) = store.devices()
    assert device.maker == "Acme"
    ((host,),) = store.hosts_read_by(number, readers_mark())
    assert (host.observations[0].raw, set(READ)) == (
        b"",
        set(host.observations[0].evidence) & set(READ),
    )


def test_a_sweep_resumed_by_other_readers_is_read_again(store: Store, grown: Catalogue) -> None:
    number = swept(store, page("198.18.0.1", READ[1:]), readers="of another version")
    with store.writer(number, readers_mark()) as writer:
        writer.offer(page("198.18.0.2"))

    reidentify(store, number, grown)

    assert {one.maker for one in store.devices()} == {"Acme"}


def test_the_readers_mark_is_the_same_every_time() -> None:
    assert readers_mark() == readers_mark()
    assert len(readers_mark()) == 16
