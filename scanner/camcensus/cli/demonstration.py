"""The demo: the estate, a sweep as a user would type it, the census, and whether it is right."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from camcensus.census.inventory import gather
from camcensus.cli.reading import census_table
from camcensus.cli.screen import put, say
from camcensus.errors import CamcensusError
from camcensus.export.report import page
from camcensus.export.xlsx import workbook
from camcensus.lab import (
    SHORTCOMINGS,
    Estate,
    LabDevice,
    demo_estate,
    private_available,
    run_in_private,
    start_loopback,
)
from camcensus.store import DeviceQuery, DeviceRecord, Store
from camcensus.types import Kind

_NOT_VIDEO = {Kind.NOT_VIDEO, Kind.UNKNOWN}


def demonstrate(db: Path, *, pace: str, json_lines: bool, quiet: bool) -> int:
    """Run the whole demo; 0 if the census is the estate's truth, 1 if it is not."""
    _make_room(db)
    works, reason = private_available()
    estate = demo_estate()
    if works:
        tell(quiet, f"a private network with {len(estate.devices)} devices ({reason})")
        run_in_private(_sweep(estate.targets, db, pace, quiet, "--interface", "scan0"), estate)
    else:
        tell(quiet, f"on loopback, which cannot show: {SHORTCOMINGS} ({reason})")
        estate = _on_loopback(estate, db, pace, quiet=quiet)
    with Store.open(db, create=False) as store:
        records = list(store.devices(DeviceQuery()))
        inventory = gather(store, DeviceQuery(video_only=True), datetime.now(UTC))
    video = [one.record for one in inventory.devices]
    sheet = db.with_name("cameras.xlsx")
    put(sheet, workbook(inventory))
    put(db.with_name("cameras.html"), page(inventory).encode())
    if json_lines:
        for record in records:
            typer.echo(json.dumps(record.to_json()))
    else:
        census_table(video)
    wrong = [sentence for one in judge(estate, records) for sentence in one.sentences()]
    _close(video, records, db, sheet, wrong, quiet=quiet)
    return 1 if wrong else 0


def tell(quiet: bool, sentence: str) -> None:
    """A line for the person who watches."""
    if not quiet:
        say(sentence)


def _make_room(db: Path) -> None:
    """A demo starts from nothing: its own earlier census goes, nothing else."""
    try:
        db.parent.mkdir(parents=True, exist_ok=True)
        for name in (db.name, f"{db.name}-wal", f"{db.name}-shm"):
            db.with_name(name).unlink(missing_ok=True)
    except OSError as error:
        raise CamcensusError(
            f"cannot write {db}: {error.strerror}; name another place with --db PATH"
        ) from error


def _sweep(targets: tuple[str, ...], db: Path, pace: str, quiet: bool, *more: str) -> list[str]:
    words = ["sweep", *targets, "--db", str(db.absolute()), "--pace", pace, "--site", "demo"]
    return [sys.executable, "-m", "camcensus", *words, *more, *(["-q"] if quiet else [])]


def _on_loopback(estate: Estate, db: Path, pace: str, *, quiet: bool) -> Estate:
    with start_loopback(estate) as running:
        ports = ",".join(f"{name}:{port}" for name, all_ in running.ports.items() for port in all_)
        targets = tuple(device.address for device in running.estate.devices)
        words = _sweep(targets, db, pace, quiet, "--ports", ports)
        subprocess.run(words, check=False)  # noqa: S603  # our own program
        return running.estate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the census says of one simulated device, against what it is."""

    device: LabDevice
    record: DeviceRecord | None

    def sentences(self) -> list[str]:
        """What is wrong, nothing if all is right."""
        truth, record = self.device.truth, self.record
        where = f"{self.device.address} ({self.device.persona.name})"
        called_video = record is not None and record.kind not in _NOT_VIDEO
        if not truth.is_video:
            return [f"{where} is called a {record.kind}"] if record and called_video else []
        if record is None:
            return [f"{where} was not found"]
        wrong = [] if called_video else [f"{where} is a {truth.kind}, called {record.kind}"]
        for attribute in truth.stated:
            source = self.device if attribute in {"mac", "serial"} else truth
            expected, found = getattr(source, attribute), getattr(record, attribute)
            if expected != found:
                wrong.append(f"{where}: {attribute} is {expected}, not {found}")
        return wrong


def judge(estate: Estate, records: list[DeviceRecord]) -> list[Verdict]:
    """Each simulated device beside its row of the census."""
    by_address = {span.address: one for one in records for span in one.addresses}
    return [Verdict(device, by_address.get(device.address)) for device in estate.devices]


def _close(
    video: list[DeviceRecord],
    records: list[DeviceRecord],
    db: Path,
    sheet: Path,
    wrong: list[str],
    *,
    quiet: bool,
) -> None:
    relabelled = [one for one in video if one.brand and one.maker and one.brand != one.maker]
    makers = {one.maker for one in video if one.maker}
    tell(
        quiet,
        f"{len(video)} cameras and recorders of {len(makers)} makers among {len(records)} devices",
    )
    for one in relabelled:
        tell(quiet, f"  {one.address}: the label says {one.brand}, made by {one.maker}")
    for sentence in wrong:
        say(f"wrong: {sentence}")
    tell(quiet, f"census {db}\nspreadsheet {sheet}\npage {sheet.with_suffix('.html')}")
    tell(quiet, f"look further with: camcensus devices --db {db}, camcensus show 1 --db {db}")
