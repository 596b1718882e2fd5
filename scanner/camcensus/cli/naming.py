"""`identify`, `reidentify` and `explain`: names and reasons; nothing is sent."""

import difflib
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from camcensus.cli import options as opt
from camcensus.cli.knowledge import catalogue_in_force
from camcensus.cli.screen import say, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.identify import Catalogue, Signature

_SIGNATURE_ID = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*){2,}")


def register(app: typer.Typer) -> None:
    """Add these verbs to the program."""
    app.command()(identify)
    app.command()(reidentify)
    app.command()(explain)


def identify(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Evidence, a JSON object a line; - for stdin.")
    ],
    form: Annotated[
        str, typer.Option("--from", metavar="auto|jsonl|nmap", help="What the file is.")
    ] = "auto",
    signatures: opt.Signatures = None,
    config: opt.Config = None,
    output: opt.Output = None,
) -> None:
    """Name the evidence of any tool: one line in, one line out, in order; no database."""
    if form not in {"auto", "jsonl", "nmap"}:
        raise UsageError(f"--from {form!r}: choose auto, jsonl or nmap")
    catalogue = catalogue_in_force(config, signatures)
    with _opened(file) as stream, writing(output) as sink:
        for answer in _answers(stream, catalogue, form, file):
            sink.line(json.dumps(answer))


def _answers(
    stream: BinaryIO, catalogue: "Catalogue", form: str, file: str
) -> Iterator[dict[str, object]]:
    """One answer a line of evidence, or a host of an nmap report."""
    from camcensus.listen.exchanges import answer, answers
    from camcensus.listen.nmap import read_nmap
    from camcensus.wire import MalformedError

    first = stream.readline()
    if form == "nmap" or (form == "auto" and first.lstrip().startswith(b"<")):
        try:
            for exchange in read_nmap(first + stream.read()):
                yield answer(exchange, catalogue)
        except MalformedError as error:
            raise UsageError(f"{file} is no nmap report (nmap -oX): {error}") from error
        return
    lines = (line.decode("utf-8", "surrogateescape") for line in chain([first], stream) if line)
    yield from answers(lines, catalogue)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(file).open("rb") as stream:
            yield stream
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error


def reidentify(
    sweep_id: Annotated[
        int | None, typer.Argument(metavar="[SWEEP]", help="Its number; all of them if none.")
    ] = None,
    db: opt.Db = None,
    signatures: opt.Signatures = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """Name what is stored again, with today's catalogue."""
    from camcensus.census.naming import reidentify as again
    from camcensus.cli.reading import database, open_store
    from camcensus.store import DeviceChange

    catalogue = catalogue_in_force(config, signatures)
    with open_store(database(db, config)) as store, writing(output) as sink:
        if sweep_id is not None and sweep_id not in {one.id for one in store.sweeps()}:
            raise UsageError(f"{store.path} has no sweep {sweep_id}; leave it away for all of them")

        def tell(change: DeviceChange) -> None:
            sink.line(json.dumps(change.record.to_json()))

        result = again(store, sweep_id, catalogue, tell if json_lines else None)
    counts = ", ".join(f"{n} {change}" for change, n in sorted(result.changes.items()))
    say(
        f"{result.hosts} hosts named again with catalogue {result.catalogue}: {counts or 'none'}",
        quiet=quiet,
    )


def explain(
    thing: Annotated[
        str, typer.Argument(metavar="THING", help="A device (number, address, MAC) or signature.")
    ],
    db: opt.Db = None,
    site: opt.Site = None,
    signatures: opt.Signatures = None,
    config: opt.Config = None,
) -> None:
    """Say in words why a device was named so, or what a signature knows."""
    catalogue = catalogue_in_force(config, signatures)
    known = {one.id: one for one in catalogue.signatures}
    if thing in known:
        _explain_signature(known[thing], catalogue)
        return
    if thing in catalogue.renamed:
        _explain_renamed(thing, catalogue)
        return
    if _SIGNATURE_ID.fullmatch(thing):
        near = difflib.get_close_matches(thing, known, 3, 0.6)
        hint = f"; is it {' or '.join(near)}?" if near else "; `camcensus signatures` lists them"
        raise UsageError(f"there is no signature {thing}{hint}")
    from camcensus.census.naming import evidence_again, named
    from camcensus.cli.reading import database, find_device, open_store
    from camcensus.cli.screen import harmless
    from camcensus.identify import explain as in_words
    from camcensus.identify import explain_relabel

    with open_store(database(db, config)) as store:
        detail = find_device(store, thing, site)
    again = (replace(seen, evidence=evidence_again(seen)) for seen in detail.observations)
    identity, _ = named(again, catalogue)
    relabel = catalogue.relabel(identity)
    label = explain_relabel(relabel, catalogue.names) if relabel else []
    for line in label + in_words(identity, catalogue.names):
        typer.echo(harmless(line))


def _explain_renamed(old: str, catalogue: "Catalogue") -> None:
    """An id of an older catalogue, as reports still show it."""
    new = catalogue.renamed[old]
    if not new:
        typer.echo(f"{old} was withdrawn: no signature of this catalogue took its place.")
        return
    typer.echo(f"{old} is now {new}.")
    _explain_signature({one.id: one for one in catalogue.signatures}[new], catalogue)


def _explain_signature(one: "Signature", catalogue: "Catalogue") -> None:
    claims = ", ".join(f"{key} {catalogue.names.get(word, word)}" for key, word in one.constants)
    typer.echo(f"{one.id} looks at {' and '.join(one.fields)} for {one.pattern}")
    typer.echo(f"It claims {claims or 'what it captures'}, certainty {one.certainty:.2f}.")
    typer.echo(f"Why: {one.why}")
    typer.echo(f"Source: {one.source}")
