"""`signatures`: the catalogue as its contributors use it; nothing is sent."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from camcensus.cli import options as opt
from camcensus.cli.knowledge import catalogue_in_force
from camcensus.cli.screen import say, table, width, writing
from camcensus.errors import UsageError

if TYPE_CHECKING:
    from camcensus.identify import Catalogue, Signature
    from camcensus.identify.coverage import Covered

_WIDE = 132  # columns of a screen that shows each signal in one of its own


def register(app: typer.Typer) -> None:
    """Add the verb to the program."""
    app.command()(signatures)


def signatures(
    context: typer.Context,
    action: Annotated[
        str,
        typer.Argument(
            metavar="[ACTION]",
            help="list; check that every law holds; test WHAT, a signature, a maker or a corpus "
            "of known devices; coverage; collisions; new MAKER, a draft from --answer.",
        ),
    ] = "list",
    what: Annotated[
        str | None, typer.Argument(metavar="[WHAT]", help="What to test, or whom to begin.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Another folder of signature files."),
    ] = None,
    own: Annotated[
        Path | None,
        typer.Option("--signatures", metavar="DIR", help="Your own folder; it goes over ours."),
    ] = None,
    maker: Annotated[
        str | None, typer.Option("--maker", metavar="NAME", help="list: only those that claim it.")
    ] = None,
    answer: Annotated[
        Path | None,
        typer.Option("--answer", metavar="FILE", help="new: recorded answers, as for identify."),
    ] = None,
    source: Annotated[
        str,
        typer.Option("--source", metavar="TEXT", help="new: where the recorded answer is from."),
    ] = "recorded by us",
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="coverage: write the page of all makers."),
    ] = None,
    json_lines: opt.Json = False,
    output: opt.Output = None,
    config: opt.Config = None,
    quiet: opt.Quiet = False,
) -> None:
    """List, check and measure the signatures, or begin a new one from a recorded answer."""
    chosen = _ACTIONS.get(action)
    if chosen is None:
        raise UsageError(f"signatures {action!r}: choose {', '.join(_ACTIONS)}")
    chosen(catalogue_in_force(config, own, folder), context.params)


def _list(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    chosen = [one for one in catalogue.signatures if _claims(catalogue, one, wishes["maker"])]
    if _as_lines(wishes, [_signature_json(one) for one in chosen]):
        return
    table(
        ("signature", "field", "claims", "certainty", "source"),
        [
            (
                one.id,
                ", ".join(one.fields),
                ", ".join(f"{key} {value}" for key, value in one.constants),
                f"{one.certainty:.2f}",
                one.source,
            )
            for one in chosen
        ],
    )
    say(f"{len(chosen)} signatures, catalogue {catalogue.version}", quiet=bool(wishes["quiet"]))


def _as_lines(wishes: Mapping[str, object], rows: list[dict[str, object]]) -> bool:
    """Whether the rows were wanted as JSON Lines, and so were written."""
    output = wishes["output"]
    if not wishes["json_lines"] and output is None:
        return False
    with writing(output if isinstance(output, Path) else None) as sink:
        for row in rows:
            sink.line(json.dumps(row))
    return True


def _claims(catalogue: "Catalogue", one: "Signature", maker: object) -> bool:
    if maker is None:
        return True
    wanted = catalogue.brand(str(maker))
    if wanted is None:
        raise UsageError(f"--maker {maker!r}: no maker or brand of the catalogue has this name")
    return wanted in {one.constant("maker"), one.constant("brand")}


def _signature_json(one: "Signature") -> dict[str, object]:
    return {
        "schema": "camcensus.signature/1",
        "id": one.id,
        "field": one.fields[0],
        "fields": list(one.fields),
        "pattern": one.pattern,
        "claims": dict(one.constants),
        "certainty": one.certainty,
        "why": one.why,
        "source": one.source,
    }


def _check(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    from camcensus.identify.examine import examine

    problems = list(examine(catalogue))
    for problem in problems:
        typer.echo(f"{problem.place}: {problem.text}")
    if problems:
        raise UsageError(f"{len(problems)} things do not hold; mend the files named above")
    say(
        f"{len(catalogue.signatures)} signatures hold, catalogue {catalogue.version}",
        quiet=bool(wishes["quiet"]),
    )


def _test(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    """A corpus if there is such a file or folder, else the examples of a signature or maker."""
    what = wishes["what"]
    if what is not None and Path(str(what)).exists():
        _measure(catalogue, Path(str(what)), wishes)
    else:
        _examples(catalogue, None if what is None else str(what), wishes)


def _measure(catalogue: "Catalogue", place: Path, wishes: Mapping[str, object]) -> None:
    from camcensus.census.accuracy import measure, read_corpus
    from camcensus.cli.measured import print_report, score_json

    scores = measure(read_corpus(place), catalogue)
    if not _as_lines(wishes, [score_json(one) for one in scores]):
        print_report(scores, catalogue.version)


def _examples(catalogue: "Catalogue", what: str | None, wishes: Mapping[str, object]) -> None:
    from camcensus.identify.examine import signature_problems

    chosen = [one for one in catalogue.signatures if _is_meant(catalogue, one, what)]
    if not chosen:
        raise UsageError(
            f"signatures test {what!r}: no signature, maker or brand of this name has examples,"
            " and there is no such corpus; `camcensus signatures list` shows the names"
        )
    wrong = 0
    for one in chosen:
        problems = [problem.text for problem in signature_problems(catalogue, one)]
        wrong += bool(problems)
        examples, counter = len(one.matches), len(one.rejects)
        word = "FAILS" if problems else "holds"
        if what is not None or problems:
            typer.echo(f"{word}  {one.id}: {examples} examples, {counter} counter-examples")
        for text in problems:
            typer.echo(f"       {text}")
    if wrong:
        raise UsageError(f"{wrong} of {len(chosen)} signatures fail; mend {chosen[0].place}")
    say(f"{len(chosen)} signatures hold for their examples", quiet=bool(wishes["quiet"]))


def _is_meant(catalogue: "Catalogue", one: "Signature", what: str | None) -> bool:
    if what is None or one.id == what or one.id.startswith(f"{what}."):
        return True
    word = catalogue.brand(what)
    return word is not None and word in {one.constant("maker"), one.constant("brand")}


def _coverage(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    from camcensus.identify.coverage import covered, page

    if isinstance(target := wishes["page"], Path):
        with writing(target) as sink:
            for line in page(catalogue):
                sink.line(line)
        say(f"wrote {target}", quiet=bool(wishes["quiet"]))
        return
    rows = covered(catalogue)
    lines: list[dict[str, object]] = [
        {
            "schema": "camcensus.known-maker/1",
            "maker": row.maker,
            "name": catalogue.names[row.maker],
            "signatures": row.signatures,
            "unverified": row.unverified,
            "fields": row.fields,
            "thin": row.thin,
            "signals": {name: letters for name, letters in row.signals.items() if letters},
        }
        for row in rows
    ]
    if _as_lines(wishes, lines):
        return
    _coverage_table(catalogue, rows)
    thin = sum(row.thin for row in rows)
    unverified = sum(one.source == "unverified" for one in catalogue.signatures)
    say(
        f"{len(rows) - thin} makers and brands with two sourced signatures on two fields or more, "
        f"{thin} thin; {len(catalogue.signatures)} signatures, {unverified} unverified; "
        f"catalogue {catalogue.version}",
        quiet=bool(wishes["quiet"]),
    )


def _coverage_table(catalogue: "Catalogue", rows: Iterable["Covered"]) -> None:
    from camcensus.identify.coverage import COLUMNS

    wide = width() >= _WIDE
    table(
        ("name", "signatures", "fields", "thin", *(COLUMNS if wide else ("signals",))),
        [
            (
                catalogue.names[row.maker],
                str(row.signatures),
                str(row.fields),
                "thin" if row.thin else "",
                *_signals(row.signals, wide=wide),
            )
            for row in rows
        ],
        whole=frozenset({"name"}),
        numbers=frozenset({"signatures", "fields"}),
    )


def _signals(signals: Mapping[str, str], *, wide: bool) -> tuple[str, ...]:
    """A column each, or on a narrow screen all in one."""
    if wide:
        return tuple(signals.values())
    return (", ".join(f"{name} {letters}" for name, letters in signals.items() if letters),)


def _collisions(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    from camcensus.identify.coverage import collisions

    found = list(collisions(catalogue))
    lines: list[dict[str, object]] = [
        {
            "schema": "camcensus.collision/1",
            "signature": one.signature,
            "says": one.says,
            "of": one.of,
            "example": one.example,
            "relation": None if one.known is None else one.known.rel,
        }
        for one in found
    ]
    if _as_lines(wishes, lines):
        return
    table(
        ("signature", "says", "of an example of", "the example", "what they are to each other"),
        [
            (
                one.signature,
                catalogue.names.get(one.says, one.says),
                one.of,
                one.example[:60],
                "no relation" if one.known is None else one.known.rel.replace("_", " "),
            )
            for one in found
        ],
    )
    strangers = sum(one.known is None for one in found)
    say(
        f"{len(found)} examples are claimed for another maker or brand too, {strangers} of them "
        "for one without a known relation",
        quiet=bool(wishes["quiet"]),
    )


def _new(catalogue: "Catalogue", wishes: Mapping[str, object]) -> None:
    from camcensus.identify.drafting import draft_file, drafts
    from camcensus.listen.exchanges import read_line
    from camcensus.wire import MalformedError

    maker, answer = wishes["what"], wishes["answer"]
    if maker is None or not isinstance(answer, Path):
        raise UsageError("signatures new MAKER --answer FILE: a word for the maker, and an answer")
    word = catalogue.brand(str(maker)) or "".join(filter(str.isalnum, str(maker).lower()))
    if not word:
        raise UsageError(f"signatures new {maker!r}: a maker's word needs a letter or a digit")
    try:
        lines = answer.read_text("utf-8", "surrogateescape").splitlines()
        evidence = [item for line in lines if line.strip() for item in read_line(line).evidence]
    except OSError as error:
        raise UsageError(f"cannot read {answer}: {error.strerror}") from error
    except MalformedError as error:
        raise UsageError(
            f"{answer} is no recorded answer as `identify` takes it: {error}"
        ) from None
    found = drafts(evidence, catalogue)
    if not found:
        raise UsageError(f"{answer}: nothing in it tells one maker's device from another's")
    output = wishes["output"]
    known = catalogue.file_of(word) is not None
    with writing(output if isinstance(output, Path) else None) as sink:
        for line in draft_file(word, found, str(wishes["source"]), known=known):
            sink.line(line)
    if word not in catalogue.names:
        say(f'{word} is a new word: add {word} = "Its Name" to vocabulary.toml')
    say("now say why, name a source, give a counter-example; `signatures check` tells what lacks")


_ACTIONS: dict[str, Callable[["Catalogue", Mapping[str, object]], None]] = {
    "list": _list,
    "check": _check,
    "test": _test,
    "coverage": _coverage,
    "collisions": _collisions,
    "new": _new,
}
