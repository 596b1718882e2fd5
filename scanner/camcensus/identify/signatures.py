"""The words of a catalogue: what a signature file says, as frozen types."""

from dataclasses import dataclass

from camcensus.types import Field

ATTRIBUTES = ("maker", "brand", "model", "firmware", "serial", "mac", "kind", "channels")
"""What a signature can claim."""

CONSTANTS = ("maker", "brand", "kind", "model", "firmware", "serial")
"""What a signature can claim whatever the value says."""

GROUPS = frozenset({"brand", "model", "firmware", "serial", "mac", "kind", "channels"})
"""What a pattern can read out of the value."""

UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Example:
    """A value that a signature must claim, who showed it, and what must be read from it."""

    value: str
    source: str
    expect: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A pattern, the fields it is looked for in, and what it claims.

    `file` is the file that it belongs to; `place` is where it stands, which may be the user's own.
    """

    id: str
    file: str
    place: str
    fields: tuple[Field, ...]
    pattern: str
    certainty: float
    constants: tuple[tuple[str, str], ...]
    certainties: tuple[tuple[str, float], ...]
    why: str
    source: str
    unanchored: bool
    mac_owner: bool
    matches: tuple[Example, ...]
    rejects: tuple[str, ...]

    def constant(self, attribute: str) -> str | None:
        """What it always claims of this attribute."""
        return dict(self.constants).get(attribute)

    @property
    def claimed(self) -> tuple[str, ...]:
        """Every attribute that it has a word on, constant or read out of the value."""
        said = dict(self.constants)
        return tuple(name for name in ATTRIBUTES if name in said or f"(?P<{name}>" in self.pattern)

    def certainty_of(self, attribute: str) -> float:
        """How often its word on this attribute is right, alone."""
        return dict(self.certainties).get(attribute, self.certainty)


@dataclass(frozen=True, slots=True)
class Relation:
    """What one maker is to another, and who says so."""

    rel: str
    to: str
    confidence: str
    source: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a catalogue says of itself: its release, and the ids that were given up for others."""

    version: str
    renamed: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SignatureFile:
    """One TOML file: a maker's knowledge, or (`maker` is `None`) that of kinds of things."""

    name: str
    place: str
    maker: str | None
    coverage: str
    aliases: tuple[str, ...]
    oui: tuple[str, ...]
    mac_prefixes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    relations: tuple[Relation, ...]
    withdraw: tuple[str, ...]  # signatures of ours that a folder of the user's own takes out
    signatures: tuple[Signature, ...]

    def fact(self, key: str) -> str:
        """What `[facts]` holds under this key, "" if nothing."""
        return dict(self.facts).get(key, "")
