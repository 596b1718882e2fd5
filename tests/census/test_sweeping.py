"""The use case itself, in this process: nothing blocks the loop, nothing asked is forgotten."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camcensus.census.prepare import Order, Prepared, prepare
from camcensus.census.sweeping import Status, SweepResult, Watch, run_sweep
from camcensus.errors import StoreError
from camcensus.lab import Estate, estate_of, start_loopback
from camcensus.scope import ScopeRequest
from camcensus.store import DeviceChange, DeviceQuery, Store, SweepStatus
from camcensus.types import Kind


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with start_loopback(estate_of(["hik_cam", "axis_cam", "printer"])) as running:
        yield running.estate


def prepared(*targets: str, **more: object) -> Prepared:
    request = ScopeRequest(targets=targets, ports=("http:20080,https:20443",), **more)  # type: ignore[arg-type]  # the fields of a request
    return prepare(Order(request, pace="fast"))


def sweep(plan: Prepared, store: Store, watch: Watch | None = None) -> SweepResult:
    return asyncio.run(run_sweep(plan, store, watch or Watch()))


def test_a_whole_sweep_never_blocks_the_loop_and_names_the_devices(
    estate: Estate, tmp_path: Path
) -> None:
    told: list[DeviceChange] = []
    states: list[tuple[int, int]] = []

    def status(now: Status) -> None:
        states.append((now.asked, now.video))

    with Store.open(tmp_path / "census.db") as store:
        plan = prepared(*(one.address for one in estate.devices))
        result = sweep(plan, store, Watch(told.append, status))
        found = {one.address: one.kind for one in store.devices(DeviceQuery())}
        [kept] = store.sweeps()
    assert result.complete
    assert (kept.status, kept.position) == (SweepStatus.DONE, 3)
    cameras, printer = estate.devices[:2], estate.devices[2]
    assert {found.pop(one.address) for one in cameras} == {Kind.CAMERA}
    assert found.pop(printer.address) in {Kind.NOT_VIDEO, Kind.UNKNOWN}
    assert not found
    assert {one.record.address for one in told} == {one.address for one in estate.devices}
    assert states[-1] == (3, 2)
    assert result.tally.kinds[Kind.CAMERA] == 2


def test_a_stop_before_the_first_answer_is_an_interrupted_sweep_with_nothing_lost(
    estate: Estate, tmp_path: Path
) -> None:
    async def stopped(plan: Prepared, store: Store) -> SweepResult:
        stop = asyncio.Event()
        stop.set()
        return await run_sweep(plan, store, Watch(), stop=stop)

    plan = prepared(*(one.address for one in estate.devices))
    with Store.open(tmp_path / "census.db") as store:
        first = asyncio.run(stopped(plan, store))
        record = store.unfinished_sweep()
        assert (first.status, first.complete) == (SweepStatus.INTERRUPTED, False)
        assert record is not None
        assert record.position == 0
        again = asyncio.run(run_sweep(plan, store, Watch(), record=record))
        assert again.complete
        assert again.sweep_id == first.sweep_id
        assert len(list(store.devices(DeviceQuery()))) == 3


def test_tcp_that_a_zone_asks_for_everywhere_is_owed_also_after_a_kill(
    estate: Estate, tmp_path: Path
) -> None:
    """Its addresses may be silent, so nothing in the store but the zone says that they wait."""
    camera = estate.devices[0].address
    zones = tmp_path / "zones.toml"
    zones.write_text(
        f'schema = 1\n[[zone]]\nname = "all"\nnetworks = ["{camera}"]\n'
        'policy = "probe"\ntcp = "all"\n',
        "utf-8",
    )
    plan = prepared(camera, zones_file=zones, thorough=True)
    with Store.open(tmp_path / "census.db") as store:
        asyncio.run(killed_after_the_first_pass(plan, store))
        record = store.unfinished_sweep()
        assert record is not None
        assert record.position == 1
        assert store.pending_hosts(record.id) == []
        result = asyncio.run(run_sweep(plan, store, Watch(), record=record))
        [device] = store.devices(DeviceQuery())
    assert result.complete
    assert (device.address, device.brand) == (camera, "Hikvision")
    asked = {row.prober: row.asked for row in result.coverage}
    assert asked["ws-discovery"] == asked["http"] == 1


async def killed_after_the_first_pass(plan: Prepared, store: Store) -> None:
    """What a kill leaves behind when all was asked, and nothing has answered yet."""
    from camcensus.census.sweeping import start_of
    from camcensus.identify import load_catalogue
    from camcensus.store import Position

    def leave() -> None:
        sweep_id = store.begin_sweep(start_of(plan, load_catalogue()))
        with store.writer(sweep_id) as writer:
            writer.offer(Position(plan.plan.size))

    await asyncio.to_thread(leave)


def test_a_locked_census_is_one_sentence_and_no_frame(estate: Estate, tmp_path: Path) -> None:
    file = tmp_path / "census.db"
    with Store.open(file, lock_wait_s=0.2) as store, closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        plan = prepared(estate.devices[0].address)
        with pytest.raises(StoreError, match="is locked by another program: wait for it"):
            sweep(plan, store)
        other.rollback()
        assert store.sweeps() == []


def test_what_is_left_is_told_by_the_longer_of_both_passes() -> None:
    assert Status(size=1000, asked=100, alive=10, done=5).left_s is None  # too early to tell
    now = Status(size=1000, asked=100, alive=10, done=5)
    now.started -= 10
    left = now.left_s
    assert left is not None
    assert 180 <= left <= 200  # 100 of 100 alive to finish at 5 in 10 s
    none_done = Status(size=1000, asked=100, alive=10)
    none_done.started -= 10
    assert none_done.left_s is None
    over = Status(size=1000, asked=1000, alive=4, done=4)
    over.started -= 10
    assert over.left_s == 0
    resumed = Status(size=1000, asked=900, alive=0, before=(800, 0))
    resumed.started -= 10
    left = resumed.left_s
    assert left is not None
    assert 9 <= left <= 11
