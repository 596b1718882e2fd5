"""nmap's XML report to exchanges: one per host, with what its scripts printed."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from camcensus.data import normalise_mac
from camcensus.listen.exchanges import Exchange
from camcensus.listen.fields import Fields
from camcensus.listen.names import rfc4514
from camcensus.listen.readers import READERS
from camcensus.types import Evidence, Field
from camcensus.wire import MalformedError
from camcensus.wire.json_text import MANY, whole

if TYPE_CHECKING:
    from lxml.etree import _Element

_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_NAME_PARTS = {
    "emailAddress": "emailAddress",
    "serialNumber": "SERIALNUMBER",
    "commonName": "CN",
    "organizationalUnitName": "OU",
    "organizationName": "O",
    "streetAddress": "STREET",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "countryName": "C",
}


def read_nmap(xml: bytes) -> Iterator[Exchange]:
    """Every host that was up, by address; `MalformedError` if this is no report of nmap.

    A report cut short, as a killed scan leaves it, gives the hosts before the cut.
    """
    root = _root(xml)
    for host in root.iterfind("host"):
        status = host.find("status")
        if status is not None and status.get("state") == "down":
            continue
        yield Exchange(_address(host), tuple(dict.fromkeys(_host(host))))


def _root(xml: bytes) -> "_Element":
    """The root; entities, DTD and network stay off, size does not matter."""
    from lxml import etree

    if _ENTITY.search(xml):
        raise MalformedError("xml-refused:entity")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MalformedError(f"not xml: {error}") from None
    if root is None or root.tag != "nmaprun":
        raise MalformedError("not a report of nmap: its root is not nmaprun")
    return root


def _address(host: "_Element") -> str | None:
    """The IP address; a host is never known by its MAC alone."""
    for address in host.iterfind("address"):
        if address.get("addrtype") in {"ipv4", "ipv6"}:
            return _attribute(address, "addr")
    return None


def _host(host: "_Element") -> Iterator[Evidence]:
    for address in host.iterfind("address"):
        if address.get("addrtype") == "mac":
            mac = normalise_mac(_attribute(address, "addr"))
            if mac is not None:
                yield Evidence(Field.MAC_ADDRESS, mac)
    for script in host.iterfind("hostscript/script"):
        yield from _script(script)
    for port in host.iterfind("ports/port"):
        for script in port.iterfind("script"):
            yield from _script(script)


def _script(script: "_Element") -> Iterator[Evidence]:
    """What one script printed, as the exchange it printed it of."""
    output = _attribute(script, "output")
    name = _attribute(script, "id")
    if name == "http-title":
        title = _leaf(script, "title") or output.partition("\n")[0]
        if not title.startswith("Site doesn't have a title"):
            yield from READERS["http"](Fields({"title": title}))
    elif name == "http-server-header":
        servers = [text for text in _texts(script) if text] or output.splitlines()
        headers = [["Server", text.strip()] for text in servers[:MANY] if text.strip()]
        yield from READERS["http"](Fields({"headers": headers}))
    elif name == "http-auth":
        challenges = re.findall(r"(?m)^\s*((?:Basic|Digest)\s+realm=.*)$", output)
        yield from READERS["http"](Fields({"www_authenticate": challenges[:MANY]}))
    elif name == "ssl-cert":
        yield from _certificate(script)


def _certificate(script: "_Element") -> Iterator[Evidence]:
    tables = {_attribute(table, "key"): table for table in script.iterfind("table")}
    given = {
        "subject": _distinguished(tables.get("subject")),
        "issuer": _distinguished(tables.get("issuer")),
        "sha256": _leaf(script, "sha256"),
    }
    yield from READERS["tls"](Fields(given))


def _distinguished(table: "_Element | None") -> str | None:
    """The parts of a name as RFC 4514 text."""
    if table is None:
        return None
    found = {_attribute(part, "key"): part.text or "" for part in table.iterfind("elem")}
    return rfc4514((short, found[long]) for long, short in _NAME_PARTS.items() if long in found)


def _texts(element: "_Element") -> list[str]:
    return [whole(part.text or "") for part in element.iterfind("elem")]


def _leaf(element: "_Element", key: str) -> str:
    found = (part.text or "" for part in element.iterfind("elem") if part.get("key") == key)
    return whole(next(found, ""))


def _attribute(element: "_Element", name: str) -> str:
    return whole(element.get(name, ""))
