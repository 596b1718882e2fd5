"""What any tool recorded, one line each, to identities, one line each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from camcensus.identify import Catalogue
from camcensus.identify.firmware import read_release
from camcensus.listen.fields import Fields
from camcensus.listen.readers import READERS
from camcensus.listen.zgrab import is_zgrab, zgrab_exchanges
from camcensus.types import Claim, Evidence, Identity
from camcensus.wire import MalformedError
from camcensus.wire.json_text import MANY, read_json

SCHEMA = "camcensus.identify/1"
SHOWN = 256
"""Characters of a value that are repeated beside a claim."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was recorded of one device; `problems` names what of it could not be read."""

    id: str | int | None
    evidence: tuple[Evidence, ...] = ()
    problems: tuple[str, ...] = ()


class UnreadableError(MalformedError):
    """A line that gives nothing, with the id that it bears, if any."""

    def __init__(self, text: str, exchange_id: str | int | None) -> None:
        super().__init__(text)
        self.exchange_id = exchange_id


def read_line(line: str) -> Exchange:
    """One line of input.

    Raises:
        MalformedError: nothing on it can be read; an `UnreadableError` where its id could.
    """
    value = read_json(line)
    given = Fields(value, "the line")
    exchange_id = _id(given)
    try:
        return _read(given, exchange_id)
    except MalformedError as error:
        raise UnreadableError(str(error), exchange_id) from None


def answers(lines: Iterable[str], catalogue: Catalogue) -> Iterator[dict[str, object]]:
    """One answer a line, in order; a line that cannot be read is answered with its error."""
    for line in lines:
        try:
            exchange = read_line(line)
        except MalformedError as error:
            known = error.exchange_id if isinstance(error, UnreadableError) else None
            yield {"schema": SCHEMA, "id": known, "error": str(error)}
        else:
            yield answer(exchange, catalogue)


def answer(exchange: Exchange, catalogue: Catalogue) -> dict[str, object]:
    """What the catalogue makes of one exchange, as it is written out."""
    identity = catalogue.identify(exchange.evidence)
    names = catalogue.names
    return {
        "schema": SCHEMA,
        "id": exchange.id,
        "maker": _name(names, identity.maker),
        "brand": _name(names, identity.brand),
        "model": identity.model,
        "firmware": identity.firmware,
        "serial": identity.serial,
        "mac": identity.mac,
        "kind": identity.kind.value,
        "channels": identity.channels,
        "release": _release(identity),
        "cpe": list(catalogue.cpe(identity)),
        "relabel": _relabel(catalogue, identity),
        "confidence": round(identity.confidence, 3),
        "certainty": _certainty(identity),
        "conflicts": list(identity.conflicts),
        "problems": list(exchange.problems),
        "catalogue": catalogue.version,
        "claims": [_claim(claim, names) for claim in identity.claims],
    }


def _release(identity: Identity) -> dict[str, object] | None:
    """The firmware as numbers that can be compared with others of the same form and branch."""
    if identity.firmware is None:
        return None
    release = read_release(identity.firmware, (identity.maker, identity.brand))
    if release is None:
        return None
    return {
        "form": release.form,
        "branch": release.branch or None,
        "numbers": [list(group) for group in release.groups],
    }


def _relabel(catalogue: Catalogue, identity: Identity) -> dict[str, object] | None:
    """Brand X on platform Y, with the evidence for either side."""
    relabel = catalogue.relabel(identity)
    if relabel is None:
        return None
    names = catalogue.names
    return {
        "brand": _name(names, relabel.brand),
        "platform": _name(names, relabel.maker),
        "label": [_claim(claim, names) for claim in relabel.label],
        "electronics": [_claim(claim, names) for claim in relabel.electronics],
        "known": relabel.known(names),
    }


def _certainty(identity: Identity) -> dict[str, float]:
    certainty = identity.certainty
    return {
        "kind": round(certainty.kind, 3),
        "maker": round(certainty.maker, 3),
        "brand": round(certainty.brand, 3),
        "model": round(certainty.model, 3),
    }


def _claim(claim: Claim, names: Mapping[str, str]) -> dict[str, object]:
    named = claim.attribute in {"maker", "brand"}
    return {
        "signature": claim.signature,
        "field": claim.attribute,
        "value": names.get(claim.value, claim.value) if named else claim.value,
        "certainty": claim.certainty,
        "evidence": {
            "field": claim.evidence.field.value,
            "value": claim.evidence.value[:SHOWN],
        },
    }


def _name(names: Mapping[str, str], word: str | None) -> str | None:
    return None if word is None else names.get(word, word)


def _id(given: Fields) -> str | int | None:
    """The line's id; a scan of zgrab2 is known by the address that was asked."""
    for key in ("id", "ip", "domain"):
        if key in given:
            value = given.raw(key)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            return given.text(key)
    return None


def _read(given: Fields, exchange_id: str | int | None) -> Exchange:
    if "protocol" in given:
        return Exchange(exchange_id, _read_one(given))
    several = given.raw("evidence")
    if isinstance(several, list):
        return _settle(exchange_id, [_reading(one) for one in several[:MANY]])
    if is_zgrab(given):
        found = zgrab_exchanges(given)
        return _settle(exchange_id, [_recorded(name, inside) for name, inside in found])
    raise MalformedError("neither protocol and input, nor evidence, nor a scan of zgrab2")


def _settle(
    exchange_id: str | int | None, readings: Iterable[Callable[[], tuple[Evidence, ...]]]
) -> Exchange:
    """All that can be read of several; `MalformedError` if there are some, and none can."""
    evidence: list[Evidence] = []
    problems: list[str] = []
    readable = 0
    for number, reading in enumerate(readings, 1):
        try:
            evidence += reading()
            readable += 1
        except MalformedError as error:
            problems.append(f"{number}: {error}")
    if problems and not readable:
        raise MalformedError("; ".join(problems[:4]))
    return Exchange(exchange_id, tuple(dict.fromkeys(evidence)), tuple(problems))


def _reading(value: object) -> Callable[[], tuple[Evidence, ...]]:
    return lambda: _read_one(Fields(value, "evidence"))


def _recorded(protocol: str, inside: Fields) -> Callable[[], tuple[Evidence, ...]]:
    return lambda: tuple(dict.fromkeys(READERS[protocol](inside)))


def _read_one(given: Fields) -> tuple[Evidence, ...]:
    protocol = given.text("protocol")
    reader = READERS.get(protocol or "")
    if reader is None:
        raise MalformedError(f"protocol: {protocol!r} is not one of {', '.join(READERS)}")
    return tuple(dict.fromkeys(reader(given.fields("input"))))
