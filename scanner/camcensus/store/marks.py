"""Marks of what was settled, so that settling the same again writes nothing."""

from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import Connection, delete, insert

from camcensus.store.facts import Facts
from camcensus.store.models import NamingRow
from camcensus.types import Identity


def names_mark(facts: Facts) -> str:
    """The mark of everything by which a sighting finds its device."""
    return _mark(
        facts.interface_mac, facts.serial, facts.namespace if facts.serial else "", facts.endpoint,
        *facts.macs, "certificates", *facts.certificates, "udns", *facts.udns,
    )  # fmt: skip


def mark(identity: Identity, facts: Facts) -> str:
    """The mark of an identity with its claims, and of what is stored beside it."""
    claims = (
        part
        for claim in identity.claims
        for part in (
            claim.signature, claim.attribute, claim.value, repr(claim.certainty),
            claim.evidence.field, claim.evidence.value, claim.why,
        )
    )  # fmt: skip
    return _mark(
        identity.kind, identity.maker, identity.brand, identity.model, identity.firmware,
        identity.serial, identity.mac, repr(identity.channels), identity.cpe,
        repr(identity.certainty), facts.name, facts.location, facts.namespace,
        *facts.hostnames, "sources", *facts.sources, "conflicts", *identity.conflicts,
        "claims", *claims,
    )  # fmt: skip


def _mark(*parts: str | None) -> str:
    text = "\0".join("\1" if part is None else part for part in parts)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def store_marks(
    connection: Connection, catalogue: str, marks: Sequence[tuple[int, str, str]]
) -> None:
    """Records by which catalogue these sightings were named, and the marks of what it said."""
    ids = [identity_id for identity_id, _, _ in marks]
    connection.execute(delete(NamingRow).where(NamingRow.identity_id.in_(ids)))
    rows = [
        {"identity_id": identity_id, "catalogue": catalogue, "names_mark": names, "mark": what}
        for identity_id, names, what in marks
    ]
    if rows:
        connection.execute(insert(NamingRow), rows)
