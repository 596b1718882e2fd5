"""A line of zgrab2's output to exchanges: what its modules grabbed from one address."""

from collections.abc import Iterator, Mapping

from camcensus.listen.fields import Fields
from camcensus.listen.names import rfc4514
from camcensus.wire.json_text import MANY

_NAME_PARTS = {
    "email_address": "emailAddress",
    "serial_number": "SERIALNUMBER",
    "common_name": "CN",
    "organizational_unit": "OU",
    "organization": "O",
    "street_address": "STREET",
    "locality": "L",
    "province": "ST",
    "country": "C",
}


def is_zgrab(given: Fields) -> bool:
    """Whether a line has the shape: an address or a name, and `data` by module."""
    return isinstance(given.raw("data"), dict) and ("ip" in given or "domain" in given)


def zgrab_exchanges(given: Fields) -> Iterator[tuple[str, Fields]]:
    """Protocol and input of each module's result; a module that got nothing gives nothing."""
    data = given.raw("data")
    for name, module in data.items() if isinstance(data, dict) else ():
        protocol = module.get("protocol", name) if isinstance(module, dict) else name
        result = _at(module, "result")
        if result is None:
            continue
        if protocol == "http":
            yield from _http(result)
        elif isinstance(protocol, str) and protocol in {"ftp", "telnet"}:
            yield protocol, Fields({"banner": _at(result, "banner")})
        yield from _certificate(result)


def _http(result: object) -> Iterator[tuple[str, Fields]]:
    response = _at(result, "response")
    if not isinstance(response, dict):
        return
    headers = list(_headers(response.get("headers")))[:MANY]
    body = response.get("body")
    given = {
        "status_line": _status_line(response),
        "headers": [list(pair) for pair in headers],
        "body": body if isinstance(body, str) else None,
    }
    yield "http", Fields(given)
    yield from _certificate(_at(response, "request"))


def _status_line(response: Mapping[str, object]) -> str | None:
    protocol, status = _at(response, "protocol", "name"), response.get("status_line")
    if isinstance(protocol, str) and isinstance(status, str):
        return f"{protocol} {status}"
    return None


def _headers(headers: object) -> Iterator[tuple[str, str]]:
    """zgrab2 writes `www_authenticate` for the header, and keeps strange ones under `unknown`."""
    if not isinstance(headers, dict):
        return
    for name, values in headers.items():
        if name == "unknown" and isinstance(values, list):
            for one in values:
                for value in _texts(_at(one, "value")):
                    yield _header_name(str(_at(one, "key"))), value
        else:
            for value in _texts(values):
                yield _header_name(name), value


def _header_name(name: str) -> str:
    known = name.replace("_", "-")
    return "WWW-Authenticate" if known == "www-authenticate" else known.title()


def _texts(values: object) -> Iterator[str]:
    for value in values if isinstance(values, list) else [values]:
        if isinstance(value, str):
            yield value


def _certificate(result: object) -> Iterator[tuple[str, Fields]]:
    """The certificate wherever the module keeps its TLS log."""
    for path in (("tls_log",), ("tls",), ()):
        log = _at(result, *path)
        parsed = _at(log, "handshake_log", "server_certificates", "certificate", "parsed")
        if parsed is not None:
            names = {
                "subject": _distinguished(_at(parsed, "subject")),
                "issuer": _distinguished(_at(parsed, "issuer")),
                "san": _at(parsed, "extensions", "subject_alt_name", "dns_names"),
                "sha256": _at(parsed, "fingerprint_sha256"),
                "serial": _serial(_at(parsed, "serial_number")),
            }
            yield "tls", Fields(names)
            return


def _distinguished(name: object) -> str | None:
    """The parts of a name as RFC 4514 text; the ready-made text of zgrab2 is in another order."""
    if not isinstance(name, dict):
        return None
    return rfc4514(
        (short, value) for long, short in _NAME_PARTS.items() for value in _texts(name.get(long))
    )


def _serial(number: object) -> str | None:
    """zgrab2 writes the serial number in decimal."""
    if isinstance(number, str) and number.isascii() and number.isdigit() and len(number) < 100:
        return f"{int(number):x}"
    return None


def _at(value: object, *path: str) -> object:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
