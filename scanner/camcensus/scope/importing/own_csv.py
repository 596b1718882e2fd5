"""Our own CSV: a header with network, and any of site, zone, policy, reason, tags and more.

`COLUMNS` is the whole of what a header may say: the field, and after it every spelling that is
read as this field, in small letters. The CSV that NetBox saves from its list of prefixes (Prefix,
Status, Scope or Site, VLAN, Role, Description) is such a table too.
"""

import re
from collections.abc import Iterator

from camcensus.errors import ScopeError
from camcensus.scope.importing.entries import (
    Entry,
    Export,
    LeftOut,
    first_of,
    said_of,
    short,
    tidy,
    unique,
)
from camcensus.scope.importing.networks import read_networks
from camcensus.scope.importing.spreadsheet import Line, decode_sheet, read_sheet
from camcensus.scope.words import Policy

COLUMNS = {
    "network": (
        "network", "prefix", "subnet", "cidr", "networks", "prefixes", "subnets", "ip range",
        "ip network", "ip subnet", "ipv4 network", "ipv4 subnet", "ipv4 prefix", "network address",
        "subnet address", "ip address range", "subnet cidr", "netz", "netzwerk", "subnetz",
    ),
    "mask": ("mask", "netmask", "subnet mask", "prefix length", "maske", "netzmaske"),
    "site": ("site", "school", "campus", "location", "scope", "site name", "standort", "schule"),
    "name": (
        "zone", "name", "zone name", "vlan name", "network name", "subnet name", "segment",
        "bezeichnung",
    ),
    "vlan": ("vlan", "vlan id", "vid", "vlan no", "vlan nr", "vlan number", "vlanid"),
    "policy": ("policy",),
    "reason": ("reason", "why", "grund"),
    "tags": ("tags", "tag", "labels"),
    "role": ("role", "function", "purpose", "usage", "use", "zweck"),
    "description": (
        "description", "comment", "comments", "note", "notes", "remarks", "beschreibung",
        "bemerkung",
    ),
    "status": ("status",),
    "vrf": ("vrf",),
}  # fmt: skip
_TAGS_BETWEEN = re.compile(r"[;,|]")
_NUMBER = re.compile(r"(?:vlan)?\s*([0-9]{1,4})(?:\.0)?", re.IGNORECASE)
_NOT_LETTERS = re.compile(r"[^a-z]+")


def read_csv(data: bytes, source: str) -> Export:
    """The rows of our own CSV; `ScopeError` if there is no header with a network."""
    text, guessed = decode_sheet(data, source)
    sheet = read_sheet(text, source, COLUMNS, "network")
    rows = list(_rows(sheet.lines))
    around = [row for row in rows if isinstance(row, LeftOut) and row.entry]
    return Export(
        entries=tuple(row for row in rows if isinstance(row, Entry)),
        left_out=tuple(row for row in rows if isinstance(row, LeftOut)),
        around=tuple(row.entry for row in around if row.entry),
        notes=(*([guessed] if guessed else []), *sheet.notes),
    )


def _rows(lines: tuple[Line, ...]) -> Iterator[Entry | LeftOut]:
    for line in lines:
        where = f"line {line.number}"
        what = short(first_of(line.one("network"), line.one("name"), line.first))
        if line.first.startswith("#"):
            yield LeftOut(where, what, "the row begins with #: commented out")
            continue
        try:
            entry = _entry(line, where)
        except ScopeError as error:
            yield LeftOut(where, what, str(error))
            continue
        if line.one("status").casefold() == "container":
            yield LeftOut(where, what, "a container: its parts are the zones", entry)
        else:
            yield entry


def _entry(line: Line, where: str) -> Entry:
    cell = read_networks(line.one("network"), line.one("mask"))
    policy, doubt = read_policy(line.one("policy"))
    if line.surplus:
        policy, doubt = None, "the row has more cells than the header, which may have slipped"
    number, vlan_name = vlan_of(line.one("vlan"))
    name = short(first_of(line.one("name"), vlan_name, *line.every("description"), number))
    tags = [tag for text in line.every("tags") for tag in _TAGS_BETWEEN.split(text)]
    return Entry(
        where=where,
        site=short(line.one("site")),
        name=name,
        networks=cell.networks,
        said=said_of(
            ("named", line.one("name")),
            ("named", vlan_name),
            *(("with the role", text) for text in line.every("role")),
            *(("tagged", tag) for tag in tags),
            *(("described as", text) for text in line.every("description")),
            ("for the reason", line.one("reason")),
        ),
        tags=unique([*tags, number.replace(" ", "-").lower()]),
        policy=policy,
        reason=tidy(line.one("reason")),
        vrf=short(line.one("vrf")),
        doubt=doubt,
        note=cell.note,
    )


def read_policy(text: str) -> tuple[Policy | None, str]:
    """The policy of a cell, or `None` and why it cannot be trusted; neither for an empty cell."""
    if not text:
        return None, ""
    word = _NOT_LETTERS.sub("-", text.casefold()).strip("-")
    if word in set(Policy):
        return Policy(word), ""
    return None, f"the policy {short(text)!a} is none of {', '.join(Policy)}"


def vlan_of(text: str) -> tuple[str, str]:
    """A VLAN as `VLAN 30` where the cell is its number, and its name where it is more."""
    if found := _NUMBER.fullmatch(text):
        return f"VLAN {int(found[1])}", ""
    return "", short(text)
