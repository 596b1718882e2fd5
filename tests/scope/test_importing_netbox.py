"""NetBox's list of prefixes, in the forms that its versions give it and people save it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Policy
from camcensus.scope.importing import Export, Wishes, draft, read_netbox, zones_text
from camcensus.scope.importing.networks import shown

# The forms follow the serializers of netbox-community/netbox; the estate is made up.
URL = "https://netbox.example.org/api"


def nested(kind: str, number: int, name: str, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "url": f"{URL}/{kind}/{number}/",
        "display": name,
        "name": name,
        "description": "",
        **more,
    }


def prefix(number: int, network: str, **more: object) -> dict[str, object]:
    return {
        "id": number,
        "url": f"{URL}/ipam/prefixes/{number}/",
        "display": network,
        "family": {"value": 4, "label": "IPv4"},
        "prefix": network,
        "vrf": None,
        "tenant": None,
        "vlan": None,
        "status": {"value": "active", "label": "Active"},
        "role": None,
        "is_pool": False,
        "mark_utilized": False,
        "description": "",
        "comments": "",
        "tags": [],
        "custom_fields": {},
        "created": "2026-01-07T09:12:45.120000Z",
        "last_updated": "2026-01-07T09:12:45.120000Z",
        "children": 0,
        "_depth": 0,
    } | more


def page(*prefixes: object, count: int | None = None) -> dict[str, object]:
    return {
        "count": len(prefixes) if count is None else count,
        "next": None,
        "previous": None,
        "results": list(prefixes),
    }


NORTH = nested("dcim/sites", 4, "North", slug="north")
CAMERAS = nested("ipam/vlans", 70, "Cameras", vid=30, display="Cameras (30)")
CLINICAL = nested("ipam/roles", 2, "Clinical", slug="clinical", prefix_count=3, vlan_count=3)
TAG = nested("extras/tags", 9, "Estates", slug="estates", color="9e9e9e")

AT_A_SITE: dict[str, dict[str, object]] = {
    "4.1": {"site": NORTH},
    "4.2": {"scope_type": "dcim.site", "scope_id": 4, "scope": NORTH},
}


def read(*documents: object, glue: str = "\n") -> Export:
    return read_netbox(glue.join(map(json.dumps, documents)).encode(), "prefixes.json")


@pytest.mark.parametrize("version", AT_A_SITE)
def test_a_prefix_is_named_by_its_vlan_and_placed_by_its_site(version: str) -> None:
    at = AT_A_SITE[version]
    export = read(
        page(
            prefix(88, "10.20.30.0/24", vlan=CAMERAS, tags=[TAG], **at),
            prefix(89, "10.20.31.0/24", role=CLINICAL, description="Ward 3", **at),
            prefix(90, "10.20.32.0/24", vrf=nested("ipam/vrfs", 5, "blue", rd="65000:5"), **at),
        )
    )
    assert [(one.site, one.name, shown(one.networks)) for one in export.entries] == [
        ("North", "Cameras", "10.20.30.0/24"),
        ("North", "Ward 3", "10.20.31.0/24"),
        ("North", "", "10.20.32.0/24"),
    ]
    assert export.entries[0].tags == ("Estates", "vlan-30")
    assert export.entries[2].vrf == "blue"
    assert export.notes == ()
    zones = {zone.where: zone for zone in draft(export, Wishes()).zones}
    assert zones["prefix 1 (id 88)"].reason == "tagged 'Estates' in the import; look at it"
    assert zones["prefix 2 (id 89)"].reason == "with the role 'Clinical' in the import; look at it"
    assert zones["prefix 3 (id 90)"].name == "10.20.32.0/24"


@pytest.mark.parametrize(
    ("kind", "name"), [("location", "Ward 3"), ("region", "Wales"), ("sitegroup", "Schools")]
)
def test_what_is_scoped_to_something_else_has_no_site_but_its_name_counts(
    kind: str, name: str
) -> None:
    scoped: dict[str, object] = {
        "scope_type": f"dcim.{kind}",
        "scope_id": 7,
        "scope": nested("dcim/x", 7, name),
    }
    export = read(
        page(prefix(1, "10.20.3.0/24", **scoped), prefix(2, "10.20.4.0/24", **AT_A_SITE["4.2"]))
    )
    found = draft(export, Wishes())
    [row] = found.left_out
    assert row.where == "prefix 1 (id 1)"
    assert row.why.startswith("no site, where other rows have one: --site NAME")
    placed = {zone.site: zone for zone in draft(export, Wishes(site="West")).zones}
    assert (placed["West"].policy is Policy.DO_NOT_PROBE) == (kind == "location")
    assert kind != "location" or "in the location 'Ward 3'" in placed["West"].reason


def test_a_container_is_no_zone_but_its_name_holds_for_what_lies_in_it() -> None:
    container = {"value": "container", "label": "Container"}
    export = read(
        page(
            prefix(1, "10.20.64.0/20", status=container, description="Medical", children=1),
            prefix(2, "10.20.65.0/24", **AT_A_SITE["4.2"]),
        )
    )
    found = draft(export, Wishes())
    assert [row.why for row in found.left_out] == ["a container: its parts are the zones"]
    [zone] = found.zones
    assert zone.policy is Policy.DO_NOT_PROBE


@pytest.mark.parametrize(
    "status", ["container", "Container", {"value": 0, "label": "Container"}, {"value": "container"}]
)
def test_a_container_is_told_in_every_form_of_the_status(status: object) -> None:
    assert read(page(prefix(1, "10.20.0.0/16", status=status))).entries == ()


FIRST, SECOND = prefix(1, "10.20.3.0/24"), prefix(2, "10.20.4.0/24")


@pytest.mark.parametrize(
    ("documents", "glue"),
    [
        ([page(FIRST, SECOND)], ""),
        ([page(FIRST, count=2), page(SECOND, count=2)], "\n"),
        ([page(FIRST, count=2), page(SECOND, count=2)], ""),
        ([page(FIRST, count=2), page(SECOND, count=2)], ",\r\n"),
        ([[page(FIRST, count=2), page(SECOND, count=2)]], ""),
        ([[FIRST, SECOND]], ""),
        ([FIRST, SECOND], "\n"),
    ],
)
def test_one_page_several_or_a_bare_list_are_the_same_prefixes(
    documents: list[object], glue: str
) -> None:
    export = read(*documents, glue=glue)
    assert [shown(one.networks) for one in export.entries] == ["10.20.3.0/24", "10.20.4.0/24"]
    assert [one.where for one in export.entries] == ["prefix 1 (id 1)", "prefix 2 (id 2)"]
    assert export.notes == ()


def test_a_list_that_lacks_pages_says_so() -> None:
    export = read(page(FIRST, count=400))
    [note] = export.notes
    assert note.startswith("the list announces 400 prefixes and the file holds 1: fetch it with")


def test_objects_that_are_no_prefix_are_told_one_by_one() -> None:
    export = read([FIRST, None, "10.20.9.0/24", {"id": 3}, prefix(4, "10.20.0.0/40"), {}])
    assert [(row.where, row.why.partition(":")[0]) for row in export.left_out] == [
        ("prefix 2", "no object with the key prefix"),
        ("prefix 3", "no object with the key prefix"),
        ("prefix 4 (id 3)", "no network"),
        ("prefix 5 (id 4)", "'10.20.0.0/40'"),
        ("prefix 6", "no network"),
    ]


def test_flattened_lists_have_names_in_the_place_of_objects() -> None:
    flat = prefix(1, "10.20.3.0/24", site="North", vlan="Cameras", role="CCTV", tags=["a", "b"])
    [entry] = read([flat | {"status": "active"}]).entries
    assert (entry.site, entry.name, entry.tags) == ("North", "Cameras", ("a", "b"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"<html>", "prefixes.json:1: not JSON"),
        (b'{"count": 1,\n"results": [', "prefixes.json:2: not JSON"),
        (b'{"detail": "Invalid token"}', "no list of prefixes"),
        (b'{"results": 3}', "no list of prefixes"),
        (b"3", "no list of prefixes"),
        (b"[" * 100_000, "no list of prefixes"),
        (b'[{"prefix": ' + b"9" * 10_000 + b"}]", "no list of prefixes"),
    ],
)
def test_what_is_no_such_list_is_refused_in_a_sentence(text: bytes, complaint: str) -> None:
    with pytest.raises(ScopeError, match=complaint) as caught:
        read_netbox(text, "prefixes.json")
    assert "\n" not in str(caught.value)


VALUES: Any = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8),
        st.sampled_from(["10.20.3.0/24", "fd00::/64", "container", "dcim.site", "Ward", "\ud800"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "display", "value", "label", "vid", "id", "x"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)  # fmt: skip
KEYS = [
    "id", "prefix", "status", "site", "scope_type", "scope", "vlan", "role", "vrf", "tags",
    "description", "results", "count",
]  # fmt: skip


@pytest.mark.fuzz
@given(rows=st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES), max_size=4))
def test_keys_with_any_values_are_read_left_out_or_refused(rows: list[dict[str, object]]) -> None:
    holds(json.dumps(page(*rows)).encode())
    holds(json.dumps(rows).encode())


@pytest.mark.fuzz
@given(data=st.data())
def test_a_file_cut_and_garbled_is_read_left_out_or_refused(data: st.DataObject) -> None:
    whole = json.dumps(page(prefix(1, "10.20.3.0/24", vlan=CAMERAS), SECOND)).encode()
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(
        st.one_of(st.binary(max_size=12), st.sampled_from([b"[", b"}", b"null", b'"', b",", b"9"]))
    )
    holds(whole[:cut] + junk + data.draw(st.sampled_from([b"", whole[cut:], whole[cut + 3 :]])))


def holds(data: bytes) -> None:
    """Read, every prefix accounted for and what is made of it written; or refused in one line."""
    try:
        export = read_netbox(data, "prefixes.json")
    except ScopeError as error:
        refusal = str(error)
    else:
        refusal = "prefixes.json"
        found = draft(export, Wishes(site="west"))
        assert len(found.zones) + len(found.left_out) == found.rows
        assert not found.zones or zones_text(found, "prefixes.json")
    assert refusal.startswith("prefixes.json")
    assert "\n" not in refusal
