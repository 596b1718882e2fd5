"""Two makers' JSON answers that say without login which device it is: Axis and Ubiquiti UniFi."""

from camcensus.wire import MalformedError
from camcensus.wire.http import build_get, build_post
from camcensus.wire.json_text import MANY, leaves, read_json
from camcensus.wire.text import decode

AXIS_PATH = "/axis-cgi/basicdeviceinfo.cgi"
UNIFI_PATH = "/api/system"
VALUE_KEPT = 256  # characters

_AXIS_QUESTION = (
    b'{"apiVersion":"1.0","context":"camcensus","method":"getAllUnrestrictedProperties"}'
)
_UNIFI_KEYS = frozenset({"hardware.shortname", "name", "mac", "deviceType", "version"})


def build_axis_question(host: str, user_agent: str, *, port: int | None = None) -> bytes:
    """One POST for the properties that Axis devices of firmware 8.40 and later tell everybody."""
    return build_post(
        host,
        AXIS_PATH,
        user_agent,
        content_type="application/json",
        body=_AXIS_QUESTION,
        port=port,
    )


def parse_axis(body: bytes) -> tuple[tuple[str, str], ...]:
    """Its properties by name; `MalformedError` if it is no answer to that question."""
    data = _object(_object(read_json(decode(body))).get("data"))
    return _texts(_object(data.get("propertyList")))


def build_unifi_question(host: str, user_agent: str, *, port: int | None = None) -> bytes:
    """One GET for what a UniFi console tells its login page about itself."""
    return build_get(host, UNIFI_PATH, user_agent, port=port)


def parse_unifi(body: bytes) -> tuple[tuple[str, str], ...]:
    """Hardware, name and MAC of a console; `MalformedError` if the answer names no hardware."""
    said = _texts(_object(read_json(decode(body))))
    known = tuple((key, value) for key, value in said if key in _UNIFI_KEYS)
    if not any(key == "hardware.shortname" for key, _ in known):
        raise MalformedError("no UniFi console")
    return known


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise MalformedError("JSON of another shape")
    return value


def _texts(value: dict[str, object]) -> tuple[tuple[str, str], ...]:
    found = dict.fromkeys((key, text[:VALUE_KEPT]) for key, text in leaves(value) if text)
    return tuple(found)[:MANY]
