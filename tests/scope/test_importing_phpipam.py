"""phpIPAM's subnets, as its export and its template have them, saved as CSV."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Policy
from camcensus.scope.importing import Export, Wishes, draft, read_phpipam, zones_text
from camcensus.scope.importing.networks import shown
from camcensus.scope.importing.phpipam import COLUMNS
from camcensus.scope.importing.spreadsheet import header_words

# The columns are those of export-subnets.php and import-template.php; the estate is made up.
EXPORT = """\
Section,Subnet,Description,VLAN,VLAN Domain,VRF,Master Subnet,Requests,Host check,Discover
North,Medical (folder),Medical,NA,,,/,0,0,0
North,10.20.64.0/20,Ward networks,NA,,,Medical [folder],0,0,0
North,10.20.65.0/24,Level 1,65,default,,10.20.64.0/20,0,1,0
North,10.20.30.0/24,Cameras,30,default,,/,0,1,1
South,10.20.30.0/24,Cameras,30,default,blue,/,0,1,1
"""
TEMPLATE = """Section;Subnet;Mask;Description;VLAN;Domain;VRF
North;10.20.30.0;24;Cameras;30;default;
North;10.20.31.0;255.255.255.0;Offices;Office;default;
North;10.20.0.0/16;;All;n/a;;
North;10.20.32.0;;No mask;;;
"""


def read(text: str) -> Export:
    return read_phpipam(text.encode(), "subnets.csv")


def told(export: Export) -> list[tuple[str, str, str]]:
    return [(one.site, one.name, shown(one.networks)) for one in export.entries]


def test_the_export_has_its_sections_as_sites_and_no_folder_or_master_as_zone() -> None:
    export = read(EXPORT)
    assert told(export) == [
        ("North", "Level 1", "10.20.65.0/24"),
        ("North", "Cameras", "10.20.30.0/24"),
        ("South", "Cameras", "10.20.30.0/24"),
    ]
    assert [(row.where, row.what, row.why.partition(":")[0]) for row in export.left_out] == [
        ("line 2", "Medical (folder)", "a folder"),
        ("line 3", "10.20.64.0/20", "a master"),
    ]
    assert export.entries[0].tags == ("vlan-65",)
    assert export.entries[2].vrf == "blue"
    assert export.notes == ("columns that were not read: Requests, Host check, Discover",)


def test_the_names_of_masters_and_folders_hold_for_the_subnets_below() -> None:
    zones = draft(read(EXPORT), Wishes()).zones
    assert {zone.name: zone.policy for zone in zones} == {
        "Cameras": Policy.PROBE,
        "Level 1": Policy.DO_NOT_PROBE,
    }
    below = next(zone for zone in zones if zone.name == "Level 1")
    assert below.reason == "inside a network named 'Ward networks' in the import; look at it"
    straight = EXPORT.replace("10.20.64.0/20,0,1,0", "Medical [folder],0,1,0")
    straight = straight.replace("Ward networks", "Blocks")
    found = draft(read(straight), Wishes()).zones
    assert "in the folder 'Medical' in the import; look at it" in {zone.reason for zone in found}


def test_the_template_has_masks_and_its_masters_are_found_by_what_they_hold() -> None:
    export = read(TEMPLATE)
    assert told(export) == [
        ("North", "Cameras", "10.20.30.0/24"),
        ("North", "Offices", "10.20.31.0/24"),
    ]
    assert [(row.where, row.why.partition(":")[0]) for row in export.left_out] == [
        ("line 5", "no mask"),
        ("line 4", "a master"),
    ]


def test_a_master_is_one_only_in_its_own_section_and_vrf() -> None:
    export = read(
        "Section,Subnet,VRF\n"
        "North,10.20.0.0/16,\n"
        "South,10.20.3.0/24,\n"
        "North,10.20.4.0/24,blue\n"
        "North,10.30.0.0/16,blue\n"
        "North,10.30.0.0/24,blue\n"
        "North,10.30.0.0/28,blue\n"
    )
    assert [shown(one.networks) for one in export.entries] == [
        "10.20.0.0/16", "10.20.3.0/24", "10.20.4.0/24", "10.30.0.0/28",
    ]  # fmt: skip


def test_a_row_with_more_cells_than_the_header_is_closed() -> None:
    found = draft(read("Subnet,Description\n10.20.3.0/24,Car park, cameras\n"), Wishes())
    [zone] = found.zones
    assert zone.policy is Policy.DO_NOT_PROBE
    assert zone.check


def test_an_export_of_something_else_is_refused() -> None:
    with pytest.raises(ScopeError, match="no header with a column for the network"):
        read("Name,Number,Description,Domain\nCameras,30,,default\n")


def test_every_synonym_names_one_field_and_is_spelled_as_it_is_compared() -> None:
    spelled = [alias for aliases in COLUMNS.values() for alias in aliases]
    assert len(spelled) == len(set(spelled))
    assert [header_words(alias) for alias in spelled] == spelled


CELLS = st.one_of(
    st.text(max_size=10),
    st.sampled_from(
        ["10.20.3.0/24", "10.20.0.0/16", "10.20.3.0", "24", "NA", "/", "A (folder)", "A [folder]",
         "(folder)", "fd00::/64", "fd00::/120", "255.255.255.0", "0"]
    ),
)  # fmt: skip


@pytest.mark.fuzz
@given(
    rows=st.lists(st.lists(CELLS, max_size=6), max_size=8),
    header=st.sampled_from(
        ["Section,Subnet,Mask,Description,VRF", "Subnet,Description,Master Subnet,VLAN,Section"]
    ),
)
def test_cells_with_anything_in_them_are_read_left_out_or_refused(
    rows: list[list[str]], header: str
) -> None:
    text = "\r\n".join([header, *(",".join(row) for row in rows)])
    holds(text.encode("utf-8", "surrogatepass"))


@pytest.mark.fuzz
@given(data=st.data())
def test_a_file_cut_and_garbled_is_read_left_out_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([EXPORT.encode(), TEMPLATE.encode()]))
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=12))
    holds(whole[:cut] + junk + data.draw(st.sampled_from([b"", whole[cut:], whole[cut + 3 :]])))


def holds(data: bytes) -> None:
    """Read, every row accounted for and what is made of it written; or refused in one line."""
    try:
        export = read_phpipam(data, "subnets.csv")
    except ScopeError as error:
        refusal = str(error)
    else:
        refusal = "subnets.csv"
        found = draft(export, Wishes(site="west"))
        assert len(found.zones) + len(found.left_out) == found.rows
        assert not found.zones or zones_text(found, "subnets.csv")
    assert refusal.startswith("subnets.csv")
    assert "\n" not in refusal
