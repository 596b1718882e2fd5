import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camcensus.errors import StoreError
from camcensus.store import HostDone, Position, Store, SweepStatus, Writer
from camcensus.types import Evidence, Field, Observation, Outcome
from store.estate import SERVER, observation, sweep


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "census.db") as opened:
        yield opened


def stored(store: Store, sweep_id: int) -> list[Observation]:
    return [item for host in store.hosts_of(sweep_id) for item in host.observations]


def test_an_observation_comes_back_as_it_went_in(store: Store) -> None:
    sweep_id = store.begin_sweep(sweep())
    offered = [
        observation(note="two redirects", raw=bytes(range(256)) * 300),
        observation(outcome=Outcome.REFUSED, port=554, raw=b"", evidence=()),
        observation(evidence=(SERVER, Evidence(Field.HTTP_BODY, "ä" * 65536))),
    ]
    with store.writer(sweep_id) as writer:
        for item in offered:
            assert writer.offer(item)
    assert stored(store, sweep_id) == offered


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(), max_size=50), raw=st.binary(max_size=200))
def test_whatever_a_device_says_is_stored(store: Store, value: str, raw: bytes) -> None:
    sweep_id = store.begin_sweep(sweep())
    with store.writer(sweep_id) as writer:
        writer.offer(observation(raw=raw, evidence=(Evidence(Field.HTTP_TITLE, value),)))
    [item] = stored(store, sweep_id)
    kept = "".join(
        "\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in value
    )
    assert (item.raw, item.evidence[0].value) == (raw, kept)


def test_flush_makes_everything_before_it_readable_from_elsewhere(
    store: Store, tmp_path: Path
) -> None:
    sweep_id = store.begin_sweep(sweep())
    with store.writer(sweep_id) as writer, Store.open(tmp_path / "census.db") as other:
        for host in range(1_200):
            assert writer.offer(observation(address=f"198.18.{host // 256}.{host % 256}"))
        writer.flush()
        assert writer.committed == 1_200
        assert len(stored(other, sweep_id)) == 1_200


def test_a_full_queue_says_so_and_put_waits_without_blocking_the_loop(store: Store) -> None:
    sweep_id = store.begin_sweep(sweep())
    store.writer(sweep_id).close()
    writer = Writer(store._engine, store.path, sweep_id, batch=50, size=100)
    turns = 0

    async def tick() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def fill() -> None:
        ticking = asyncio.create_task(tick())
        for host in range(3_000):
            await writer.put(observation(address=f"198.18.{host // 256}.{host % 256}"))
        ticking.cancel()

    refused = 0
    for _ in range(3_000):
        refused += not writer.offer(observation())
    assert refused > 0
    asyncio.run(fill())
    writer.close()
    assert turns > 0
    assert len(stored(store, sweep_id)) == 6_000 - refused


def test_position_and_done_hosts_say_where_to_resume(store: Store) -> None:
    sweep_id = store.begin_sweep(sweep())
    with store.writer(sweep_id) as writer:
        for host in range(1, 5):
            writer.offer(observation(address=f"198.18.0.{host}", port=80 + host))
        writer.offer(observation(address="198.18.0.9", outcome=Outcome.SILENT, evidence=()))
        writer.offer(Position(700))
        writer.offer(Position(650))
        writer.offer(HostDone("198.18.0.1"))
        writer.flush()
        writer.offer(HostDone("198.18.0.1"))
        writer.offer(HostDone("198.18.0.2"))
    left = store.unfinished_sweep()
    assert left is not None
    assert (left.id, left.position, left.plan_text) == (sweep_id, 700, "198.18.0.0/16\n")
    pending = store.pending_hosts(sweep_id)
    assert [host.address for host in pending] == ["198.18.0.3", "198.18.0.4"]
    assert (pending[0].ports, pending[0].evidence, pending[0].zone) == ((83,), (SERVER,), "ward 3")


def test_a_finished_sweep_is_not_resumed_and_a_resumed_one_runs_again(store: Store) -> None:
    done, cut = store.begin_sweep(sweep()), store.begin_sweep(sweep())
    store.finish_sweep(done, SweepStatus.DONE, [], sweep().started_at)
    store.finish_sweep(cut, SweepStatus.INTERRUPTED, [], sweep().started_at)
    found = store.unfinished_sweep()
    assert found is not None
    assert found.id == cut
    assert store.unfinished_sweep(done) is None
    store.writer(cut).close()
    assert [record.status for record in store.sweeps()] == [SweepStatus.DONE, SweepStatus.RUNNING]


def test_a_writer_for_a_sweep_that_is_not_there_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="has no sweep 7"):
        store.writer(7)


def test_a_closed_writer_takes_nothing(store: Store) -> None:
    writer = store.writer(store.begin_sweep(sweep()))
    writer.close()
    writer.close()
    with pytest.raises(StoreError, match="is closed"):
        writer.offer(observation())


def test_a_second_sweep_on_the_same_file_is_refused_and_the_first_goes_on(
    store: Store, tmp_path: Path
) -> None:
    sweep_id = store.begin_sweep(sweep())
    with (
        Store.open(tmp_path / "census.db") as second,
        pytest.raises(StoreError, match=r"another sweep \(process \d+\) is writing"),
    ):
        second.begin_sweep(sweep())
    with store.writer(sweep_id) as writer:
        writer.offer(observation())
    store.finish_sweep(sweep_id, SweepStatus.DONE, [], sweep().started_at)
    with Store.open(tmp_path / "census.db") as third:
        assert third.begin_sweep(sweep()) == sweep_id + 1


def test_evidence_stays_with_its_observation_in_a_large_batch(store: Store) -> None:
    sweep_id = store.begin_sweep(sweep())
    with store.writer(sweep_id) as writer:
        for host in range(1_700):
            text = f"198.18.{host // 256}.{host % 256}"
            title = (Evidence(Field.HTTP_TITLE, text),) * (host % 3)
            writer.offer(observation(text, raw=text.encode(), evidence=title))
    for stored_host in store.hosts_of(sweep_id):
        [item] = stored_host.observations
        assert item.raw == stored_host.address.encode()
        assert {evidence.value for evidence in item.evidence} <= {stored_host.address}
        _, _, high, low = map(int, stored_host.address.split("."))
        assert len(item.evidence) == (high * 256 + low) % 3
