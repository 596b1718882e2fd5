"""The laws of a catalogue: what its own examples and counter-examples say about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from camcensus.identify.catalogue import Catalogue
from camcensus.identify.coverage import is_thin
from camcensus.identify.drafting import SAY_WHY
from camcensus.identify.signatures import UNVERIFIED, Example, Signature, SignatureFile
from camcensus.types import Claim, Evidence, Field, Kind

UNVERIFIED_CAP = 0.5
THIN = "thin"
MAC_CAP = 0.45
"""Whose network chip it is says little about whose device, or which kind of device, it is."""
_OF_A_MAC = frozenset({Field.MAC_ADDRESS, Field.MAC_OWNER})
_START = re.compile(r"(?:\(\?[a-zA-Z-]+\)|\(\?:|\(\?[a-zA-Z-]+:|\(\?P<\w+>|\((?!\?))*(?:\^|\\A)")
_END = re.compile(r"(?:(?<!\\)\$|\\z)\)*$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not hold, where, and what was found instead."""

    place: str
    text: str


def examine(catalogue: Catalogue) -> tuple[Problem, ...]:
    """Everything in this catalogue that does not hold; nothing if it is sound."""
    found = [problem for file in catalogue.files for problem in file_problems(file)]
    for signature in catalogue.signatures:
        found += signature_problems(catalogue, signature)
    return tuple(found)


def file_problems(file: SignatureFile) -> Iterator[Problem]:
    """A maker needs two signatures on two fields, with sources, or says that it is thin."""
    if file.maker is None:
        return
    if is_thin(file) and file.coverage != THIN:
        yield Problem(
            file.place,
            "fewer than two signatures, on two fields, with a source that can be checked:"
            ' add one, or coverage = "thin"',
        )
    if file.coverage and not is_thin(file):
        yield Problem(
            file.place, f"coverage = {file.coverage!r}: it is covered, take that line out"
        )


def signature_problems(catalogue: Catalogue, signature: Signature) -> Iterator[Problem]:
    """What does not hold of one signature."""
    place = f"{signature.place}: {signature.id}"
    for text in _form(signature):
        yield Problem(place, text)
    for field in signature.fields:
        for text in _examples(catalogue, signature, field):
            yield Problem(place, text)


def anchored(pattern: str) -> bool:
    """Whether every alternative is bound to the start or the end of the value."""
    return all(_START.match(part) or _END.search(part) for part in _alternatives(pattern))


def _form(signature: Signature) -> Iterator[str]:
    if not signature.unanchored and not anchored(signature.pattern):
        yield "the pattern has no ^ or $ in some alternative, and not unanchored = true"
    if SAY_WHY in signature.why:
        yield "why: is still the draft's; say it in your own words"
    if not signature.rejects:
        yield "has no counter-example in rejects"
    best = max([signature.certainty, *(value for _, value in signature.certainties)])
    if _OF_A_MAC.intersection(signature.fields) and (best > MAC_CAP or signature.constant("kind")):
        yield f"reads a MAC, which names a maker or brand with {MAC_CAP} at most, and no kind"
    if signature.source == UNVERIFIED and best > UNVERIFIED_CAP:
        yield f"is unverified and claims more than {UNVERIFIED_CAP}"


def _examples(catalogue: Catalogue, signature: Signature, field: Field) -> Iterator[str]:
    for example in signature.matches:
        claims = tuple(catalogue.claims(Evidence(field, example.value)))
        own = [claim for claim in claims if claim.signature == signature.id]
        if not own:
            yield f"does not claim its example {example.value!r}"
            continue
        yield from _extraction(catalogue, signature, example, own)
        yield from _rivals(catalogue, signature, example, claims)
    for value in signature.rejects:
        if any(
            claim.signature == signature.id for claim in catalogue.claims(Evidence(field, value))
        ):
            yield f"claims its counter-example {value!r}"


def _extraction(
    catalogue: Catalogue, signature: Signature, example: Example, own: Iterable[Claim]
) -> Iterator[str]:
    """Each key of the example is claimed just so, and nothing is read that it does not list."""
    wanted = dict(example.expect)
    constants = dict(signature.constants)
    for claim in own:
        want = wanted.pop(claim.attribute, constants.get(claim.attribute))
        if want is not None and claim.attribute in {"maker", "brand"}:
            want = catalogue.brand(want) or want
        if want is None:
            yield f"reads {claim.attribute} {claim.value!r} from {example.value!r}, not listed"
        elif want != claim.value:
            yield f"says {claim.attribute} {claim.value!r} of {example.value!r}, not {want!r}"
    for attribute, want in wanted.items():
        yield f"does not read {attribute} {want!r} from {example.value!r}"


def _rivals(
    catalogue: Catalogue, signature: Signature, example: Example, claims: Iterable[Claim]
) -> Iterator[str]:
    """Nobody else's signature names another maker for it, or denies that it is what it is."""
    said = dict(signature.constants) | dict(example.expect)
    owners = [catalogue.brand(said[name]) or "" for name in ("maker", "brand") if name in said]
    kind = said.get("kind")
    for claim in claims:
        if claim.signature == signature.id:
            continue
        if claim.attribute == "maker" and _accused(catalogue, owners, claim.value):
            yield f"{claim.signature} says {claim.value} of {example.value!r}: no relation"
        if claim.attribute == "kind" and kind is not None and _opposed(kind, claim.value):
            yield f"{claim.signature} says {claim.value} of {example.value!r}"


def _accused(catalogue: Catalogue, owners: Sequence[str], other: str) -> bool:
    """Whether this is another maker, and no file says what the two are to each other."""
    if not owners or other in owners:
        return False
    return all(catalogue.relation(owner, other) is None for owner in owners)


def _opposed(one: str, other: str) -> bool:
    return (one == Kind.NOT_VIDEO) != (other == Kind.NOT_VIDEO)


def _alternatives(pattern: str) -> Iterator[str]:
    """The pattern's alternatives; a bar in a group, in a class or escaped parts nothing."""
    depth, start, in_class, skip = 0, 0, False, False
    for index, letter in enumerate(pattern):
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == "|" and depth == 0:
            yield pattern[start:index]
            start = index + 1
    yield pattern[start:]
