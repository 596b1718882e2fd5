"""phpIPAM: its subnets as a table, saved as CSV from the export or the import template.

The export (phpipam/phpipam, `app/admin/import-export/export-subnets.php`) has Section, Subnet
(`10.20.3.0/24`, or `Name (folder)`), Description, VLAN (a number), VLAN Domain, VRF, Master Subnet
(`/` for none, `Name [folder]`), Requests, Host check, Discover, Customer and the custom fields; who
exports chooses the columns. It is an .xls: a spreadsheet saves it as CSV. The template
(`import-template.php`, and what `import-subnets-check.php` accepts) has Section, Subnet, Mask (a
length or dotted), Description, VLAN, Domain, VRF.

The section is taken for the site. A master is no zone: phpIPAM keeps addresses in the subnets below
it. Where the column of masters is missing, a subnet that holds others of its section and VRF is
one, as phpIPAM's own recomputing has it (`import-recompute-logic.php`).
"""

import re
from collections.abc import Iterable, Iterator

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
from camcensus.scope.importing.networks import read_networks, shown
from camcensus.scope.importing.own_csv import vlan_of
from camcensus.scope.importing.spreadsheet import Line, Sheet, decode_sheet, read_sheet

COLUMNS = {
    "network": ("subnet", "ip address", "subnet address", "network", "ip", "cidr"),
    "mask": ("mask", "netmask", "subnet mask", "bitmask"),
    "site": ("section", "section name"),
    "description": ("description", "subnet description"),
    "vlan": ("vlan", "vlan number", "vlan id"),
    "domain": ("vlan domain", "domain", "l2 domain"),
    "vrf": ("vrf", "vrf name"),
    "master": ("master subnet", "master"),
}
_FOLDER = re.compile(r"(.*?)\s*[(\[]folder[)\]]", re.IGNORECASE | re.DOTALL)
_NONE = frozenset({"", "/", "na", "n/a", "nan", "0"})


def read_phpipam(data: bytes, source: str) -> Export:
    """The subnets of an export; `ScopeError` if there is no header with a subnet."""
    text, guessed = decode_sheet(data, source)
    sheet = read_sheet(text, source, COLUMNS, "network")
    rows = list(_rows(sheet))
    entries = [row for row in rows if isinstance(row, Entry)]
    masters = _named(sheet) if "master" in sheet.fields else _holding(entries)
    left_out = [row for row in rows if isinstance(row, LeftOut)]
    above = [one for one in entries if _key(one) in masters]
    for one in above:
        why = "a master: the subnets below it are the zones"
        left_out.append(LeftOut(one.where, shown(one.networks), why, one))
    return Export(
        entries=tuple(one for one in entries if _key(one) not in masters),
        left_out=tuple(left_out),
        around=tuple(above),
        notes=(*([guessed] if guessed else []), *sheet.notes),
    )


_Key = tuple[str, str, str]  # section, VRF, network


def _key(entry: Entry) -> _Key:
    return entry.site, entry.vrf, shown(entry.networks)


def _rows(sheet: Sheet) -> Iterator[Entry | LeftOut]:
    for line in sheet.lines:
        where, subnet = f"line {line.number}", line.one("network")
        what = short(first_of(subnet, line.one("description"), line.first))
        if _FOLDER.fullmatch(subnet):
            yield LeftOut(where, what, "a folder: the subnets in it are the zones")
            continue
        try:
            yield _entry(line, where)
        except ScopeError as error:
            yield LeftOut(where, what, str(error))


def _entry(line: Line, where: str) -> Entry:
    cell = read_networks(line.one("network"), line.one("mask"))
    if "/" not in line.one("network") and not line.one("mask"):
        raise ScopeError("no mask")
    number, vlan_name = vlan_of(_some(line.one("vlan")))
    description = tidy(line.one("description"))
    folder = _FOLDER.fullmatch(line.one("master"))
    return Entry(
        where=where,
        site=short(line.one("site")),
        name=short(first_of(description, vlan_name, number)),
        networks=cell.networks,
        said=said_of(
            ("named", description),
            ("named", vlan_name),
            ("in the folder", folder[1] if folder else ""),
            ("in the VLAN domain", _some(line.one("domain"))),
        ),
        tags=unique([number.replace(" ", "-").lower()]),
        vrf=short(_some(line.one("vrf"))),
        doubt="the row has more cells than the header, which may have slipped"
        if line.surplus
        else "",
        note=cell.note,
    )


def _some(text: str) -> str:
    """A cell, "" where phpIPAM writes that there is none."""
    return "" if text.casefold() in _NONE else text


def _named(sheet: Sheet) -> set[_Key]:
    """The masters, as the rows below them name them."""
    found: set[_Key] = set()
    for line in sheet.lines:
        try:
            cell = read_networks(line.one("master"))
        except ScopeError:
            continue  # "/", or a folder
        found.add((short(line.one("site")), short(_some(line.one("vrf"))), shown(cell.networks)))
    return found


def _holding(entries: Iterable[Entry]) -> set[_Key]:
    """The subnets that hold others of their section and VRF."""
    spans = [
        (entry.site, entry.vrf, first, -last, _key(entry))
        for entry in entries
        for first, last in entry.networks
    ]
    found: set[_Key] = set()
    open_: list[tuple[str, str, int, int, _Key]] = []
    for span in sorted(spans):
        site, vrf, _, end, key = span
        while open_ and (open_[-1][:2] != (site, vrf) or -open_[-1][3] < -end):
            open_.pop()
        found |= {above[4] for above in open_ if above[4] != key}
        open_.append(span)
    return found
