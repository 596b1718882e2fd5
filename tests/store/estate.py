"""Values the store tests share: sweeps, identities and observations with a few fields changed."""

from datetime import UTC, datetime, timedelta

from camcensus.store import SweepStart
from camcensus.types import (
    Certainty,
    Claim,
    Evidence,
    Field,
    Identity,
    Kind,
    Observation,
    Outcome,
    Transport,
)

START = datetime(2026, 3, 1, 9, 0, 0, tzinfo=UTC)
SERVER = Evidence(Field.HTTP_SERVER, "App-webs/")


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def sweep(site: str = "north", networks: tuple[str, ...] = ("198.18.0.0/16",)) -> SweepStart:
    return SweepStart(
        site=site,
        argv=("camcensus", "sweep", "198.18.0.0/16"),
        plan_text="198.18.0.0/16\n",
        plan_hash="ab" * 32,
        key="c0ffee",
        catalogue="2026.3 12345678",
        version="0.1",
        started_at=START,
        user="operator",
        change="CHG-1",
        networks=networks,
    )


def camera(
    mac: str | None = None,
    serial: str | None = None,
    maker: str | None = "hikvision",
    model: str | None = "DS-2CD2042WD-I",
) -> Identity:
    claims = [Claim("hikvision.http.server", "maker", maker, 0.9, SERVER, "why")] if maker else []
    if model:
        claims.append(Claim("hikvision.model", "model", model, 0.8, SERVER))
    return Identity(
        kind=Kind.CAMERA,
        maker=maker,
        brand=maker,
        model=model,
        serial=serial,
        mac=mac,
        certainty=Certainty(0.9, 0.9 if maker else 0.0, 0.9 if maker else 0.0, 0.8),
        claims=tuple(claims),
    )


def observation(
    address: str = "198.18.0.5",
    port: int = 80,
    outcome: Outcome = Outcome.ANSWERED,
    raw: bytes = b"HTTP/1.1 200 OK\r\nServer: App-webs/\r\n\r\n",
    evidence: tuple[Evidence, ...] = (SERVER,),
    note: str = "",
) -> Observation:
    return Observation(
        site="north",
        zone="ward 3",
        address=address,
        port=port,
        transport=Transport.TCP,
        prober="http",
        message="GET /",
        seen_at=at(1),
        outcome=outcome,
        raw=raw,
        evidence=evidence,
        note=note,
    )


def endpoint(uuid: str) -> Evidence:
    return Evidence(Field.WSD_ENDPOINT, f"urn:uuid:{uuid}")
