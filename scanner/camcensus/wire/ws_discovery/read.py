"""Reading WS-Discovery as ONVIF devices misspeak it: any prefix, any namespace, any order."""

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from camcensus.wire import MalformedError
from camcensus.wire.text import decode
from camcensus.wire.ws_discovery.message import Action, Fault, Match, Message
from camcensus.wire.xml import child, descendants, local_name, read, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MATCHES_KEPT = 8
SCOPES_KEPT = 64
XADDRS_KEPT = 16
TYPES_KEPT = 32
TEXT_KEPT = 256  # characters of one scope, type, id
REASON_KEPT = 1024

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+:")


def parse(data: bytes) -> Message:
    """One datagram as a message; `MalformedError` if it is no SOAP envelope."""
    document = read(data)
    root, problems = document.root, list(document.problems)
    if local_name(root) != "Envelope":
        raise MalformedError(f"not a SOAP envelope: {local_name(root)[:40]!r}")
    header, body = child(root, "Header"), child(root, "Body")
    payload = None if body is None else next(iter(body), None)
    action = _action(header, payload, problems)
    return Message(
        action=action,
        message_id=_header(header, "MessageID"),
        relates_to=_header(header, "RelatesTo"),
        matches=_matches(action, payload, problems),
        fault=_fault(payload) if action is Action.FAULT else None,
        problems=tuple(dict.fromkeys(problems)),
    )


def _header(header: "_Element | None", name: str) -> str:
    return text_of(child(header, name))[:TEXT_KEPT]


def _action(header: "_Element | None", payload: "_Element | None", problems: list[str]) -> Action:
    named = "" if payload is None else local_name(payload)
    stated = text_of(child(header, "Action")).rpartition("/")[2]
    for word in (named, stated):
        for action in Action:
            if action.value.lower() == word.lower() and action is not Action.OTHER:
                return action
    if payload is None:
        problems.append("no-body")
    return Action.OTHER


def _matches(action: Action, payload: "_Element | None", problems: list[str]) -> tuple[Match, ...]:
    if payload is None or action in {Action.FAULT, Action.OTHER}:
        return ()
    element_name = {
        Action.PROBE_MATCHES: "ProbeMatch",
        Action.RESOLVE_MATCHES: "ResolveMatch",
    }.get(action)
    elements = [payload] if element_name is None else list(descendants(payload, element_name))
    if len(elements) > MATCHES_KEPT:
        problems.append("too-many-matches")
    return tuple(_match(element, problems) for element in elements[:MATCHES_KEPT])


def _match(element: "_Element", problems: list[str]) -> Match:
    raw_scopes = _scopes(_list_text(child(element, "Scopes")), problems)
    types = [word.rpartition(":")[2] for word in _list_text(child(element, "Types")).split()]
    xaddrs = _list_text(child(element, "XAddrs")).split()
    address = child(child(element, "EndpointReference"), "Address")
    if len(xaddrs) > XADDRS_KEPT:
        problems.append("too-many-xaddrs")
    return Match(
        endpoint=text_of(address)[:TEXT_KEPT],
        types=tuple(word[:TEXT_KEPT] for word in types[:TYPES_KEPT]),
        scopes=tuple(_unquote(scope)[:TEXT_KEPT] for scope in raw_scopes),
        raw_scopes=tuple(raw_scopes),
        xaddrs=tuple(word[:TEXT_KEPT] for word in xaddrs[:XADDRS_KEPT]),
    )


def _list_text(element: "_Element | None") -> str:
    """The text of a list; one firmware closes the element first and writes the list behind it."""
    inside = text_of(element)
    return inside if inside or element is None else (element.tail or "").strip()


def _scopes(text: str, problems: list[str]) -> list[str]:
    """The scope URIs; a word without scheme is the rest of a name with a raw space in it."""
    scopes: list[str] = []
    for word in text.split():
        if scopes and not _SCHEME.match(word):
            problems.append("space-in-scope")
            scopes[-1] = f"{scopes[-1][: 3 * TEXT_KEPT]} {word}"
        else:
            scopes.append(word)
    if len(scopes) > SCOPES_KEPT:
        problems.append("too-many-scopes")
    if any(len(scope) > 3 * TEXT_KEPT for scope in scopes):
        problems.append("long-scope")
    return [scope[: 3 * TEXT_KEPT] for scope in scopes[:SCOPES_KEPT]]


def _unquote(scope: str) -> str:
    """Percent-decoded as far as it goes: a broken escape stays as it is, `+` is a plus."""
    return decode(unquote_to_bytes(scope)) if "%" in scope else scope


def _fault(payload: "_Element | None") -> Fault | None:
    if payload is None:
        return None
    code = child(payload, "Code")
    subcode = child(code, "Subcode")
    stated = text_of(child(code, "Value")) or text_of(child(payload, "faultcode"))
    reason = text_of(child(payload, "Reason")) or text_of(child(payload, "faultstring"))
    return Fault(
        code=_local(stated),
        subcode=_local(text_of(child(subcode, "Value"))),
        reason=" ".join(reason[: 4 * REASON_KEPT].split())[:REASON_KEPT],
    )


def _local(text: str) -> str:
    return text.rpartition(":")[2].strip()[:TEXT_KEPT]
