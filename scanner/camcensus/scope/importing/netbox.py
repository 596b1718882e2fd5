"""NetBox: the JSON of its REST list `/api/ipam/prefixes/`, one page, several, or a bare list.

A prefix is an object with `prefix`, `status` {value, label}, `vlan` {vid, name}, `role` {name},
`vrf` {name}, `description` and `tags` [{name, slug}], as the serializers of
netbox-community/netbox have it (`netbox/ipam/api/serializers_/ip.py`, `vlans.py`, read at 4.2; the
values of `status` in `netbox/ipam/choices.py`). Up to 4.1 `site` {name} says where it is. From 4.2
on `scope_type` and `scope` do: `dcim.site`, `dcim.location`, `dcim.region` or `dcim.sitegroup`
(`netbox/dcim/api/serializers_/sites.py`). A location's nested form does not name its site, so only
`dcim.site` is a site here.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeGuard

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

_BLANK = " \t\r\n\ufeff,"  # a comma too: pages glued together by hand
_SITE = "dcim.site"


@dataclass(frozen=True, slots=True)
class _Prefix:
    """One object of the list, with its place in the file."""

    where: str
    values: Mapping[str, object]

    def text(self, *path: str) -> str:
        """The text or number at the end of a path of keys, "" if there is none."""
        value: object = self.values
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""

    def name(self, key: str) -> str:
        """What a nested object is called; older and flattened lists have the name itself."""
        value = self.values.get(key)
        if isinstance(value, str):
            return short(value)
        return short(first_of(self.text(key, "name"), self.text(key, "display")))


def read_netbox(data: bytes, source: str) -> Export:
    """The prefixes of an export; `ScopeError` if the text is no such list."""
    prefixes: list[object] = []
    notes: list[str] = []
    announced = 0
    for document in _documents(data, source):
        for page in _pages(document):
            prefixes += _results(page, source)
            if isinstance(page, dict):
                count = page.get("count")
                announced = max(announced, count if isinstance(count, int) else 0)
    if len(prefixes) < announced:
        notes.append(
            f"the list announces {announced:,} prefixes and the file holds {len(prefixes):,}: "
            "fetch it with ?limit=0, or all its pages"
        )
    rows = [_row(number, value) for number, value in enumerate(prefixes, 1)]
    left_out = [row for row in rows if isinstance(row, LeftOut)]
    return Export(
        entries=tuple(row for row in rows if isinstance(row, Entry)),
        left_out=tuple(left_out),
        around=tuple(row.entry for row in left_out if row.entry),
        notes=tuple(notes),
    )


def _documents(data: bytes, source: str) -> Iterator[object]:
    """The JSON texts of the file, one after the other."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScopeError(f"{source}: not UTF-8, which JSON is") from None
    decoder = json.JSONDecoder()
    at = _after_blank(text, 0)
    if at == len(text):
        raise ScopeError(f"{source}: is empty")
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise ScopeError(f"{source}:{error.lineno}: not JSON: {error.msg}") from None
        except (RecursionError, ValueError):  # a number of thousands of digits
            raise ScopeError(f"{source}: is JSON, but no list of prefixes") from None
        yield document
        at = _after_blank(text, at)


def _after_blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _pages(document: object) -> list[object]:
    """The pages of a list of pages; anything else is one page."""
    if isinstance(document, list) and any("results" in one for one in document if _is_table(one)):
        return document
    return [document]


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _results(page: object, source: str) -> list[object]:
    found = page.get("results") if isinstance(page, dict) else page
    if isinstance(page, dict) and "prefix" in page:
        found = [page]
    if not isinstance(found, list):
        raise ScopeError(
            f"{source}: no list of prefixes: the answer of /api/ipam/prefixes/ has `results`"
        )
    return found


def _row(number: int, value: object) -> Entry | LeftOut:
    if not isinstance(value, dict):
        return LeftOut(f"prefix {number}", "", "no object with the key prefix")
    prefix = _Prefix(f"prefix {number}", value)
    if key := prefix.text("id"):
        prefix = _Prefix(f"prefix {number} (id {key})", value)
    what = short(prefix.text("prefix"))
    try:
        entry = _entry(prefix)
    except ScopeError as error:
        return LeftOut(prefix.where, what, str(error))
    if _status(prefix) == "container":
        return LeftOut(prefix.where, what, "a container: its parts are the zones", entry)
    return entry


def _status(prefix: _Prefix) -> str:
    """Its status in small letters. NetBox before 2.7 numbered them: there the label is the word."""
    value = first_of(prefix.text("status", "value"), prefix.text("status"))
    return (prefix.text("status", "label") if value.isdecimal() else value).casefold()


def _entry(prefix: _Prefix) -> Entry:
    cell = read_networks(prefix.text("prefix"))
    vlan, number = prefix.name("vlan"), prefix.text("vlan", "vid")
    description, role = tidy(prefix.text("description")), prefix.name("role")
    tags = _tags(prefix)
    return Entry(
        where=prefix.where,
        site=_site(prefix),
        name=short(first_of(vlan, description, role, f"VLAN {number}" if number else "")),
        networks=cell.networks,
        said=said_of(
            ("named", vlan),
            ("with the role", role),
            *(("tagged", tag) for tag in tags),
            ("described as", description),
            *((f"in the {kind}", name) for kind, name in _elsewhere(prefix)),
        ),
        tags=unique([*tags, f"vlan-{number}" if number else ""]),
        vrf=prefix.name("vrf"),
        note=cell.note,
    )


def _site(prefix: _Prefix) -> str:
    """The site, "" if the prefix belongs to none, or to something larger or smaller."""
    if prefix.text("scope_type") == _SITE:
        return prefix.name("scope")
    return prefix.name("site")


def _elsewhere(prefix: _Prefix) -> Iterator[tuple[str, str]]:
    """What other than a site it is scoped to: `location`, and what that is called."""
    kind = prefix.text("scope_type")
    if kind and kind != _SITE and (name := prefix.name("scope")):
        yield kind.removeprefix("dcim."), name


def _tags(prefix: _Prefix) -> tuple[str, ...]:
    """The names of the tags; NetBox before 2.9 listed names in the place of objects."""
    tags = prefix.values.get("tags")
    found = tags if isinstance(tags, list) else []
    return unique(
        _Prefix("", {"tag": tag}).name("tag") for tag in found if isinstance(tag, str | dict)
    )
