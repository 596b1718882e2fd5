"""Our own CSV, as spreadsheets save it and as people type it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Policy
from camcensus.scope.importing import Export, read_csv
from camcensus.scope.importing.networks import MOST_PIECES, read_networks, shown
from camcensus.scope.importing.own_csv import COLUMNS
from camcensus.scope.importing.spreadsheet import header_words

PLAIN = """site,zone,network,policy,reason,tags
north,Cameras,10.20.30.0/24,probe,,cctv
north,Pumps,10.20.31.0/24,do-not-probe,infusion pumps,"clinical; ward 3"
south,Offices,10.20.30.0/24,,,
"""


def read(text: str | bytes) -> Export:
    return read_csv(text if isinstance(text, bytes) else text.encode(), "vlans.csv")


def told(export: Export) -> list[tuple[str, str, str]]:
    return [(one.site, one.name, shown(one.networks)) for one in export.entries]


THREE = [
    ("north", "Cameras", "10.20.30.0/24"),
    ("north", "Pumps", "10.20.31.0/24"),
    ("south", "Offices", "10.20.30.0/24"),
]


def test_each_row_is_an_entry_with_everything_that_it_says() -> None:
    export = read(PLAIN)
    assert told(export) == THREE
    assert export.left_out == ()
    assert export.notes == ()
    pumps = export.entries[1]
    assert (pumps.where, pumps.policy, pumps.reason) == (
        "line 3",
        Policy.DO_NOT_PROBE,
        "infusion pumps",
    )
    assert pumps.tags == ("clinical", "ward 3")
    assert export.entries[2].policy is None


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", "\t").encode("utf-16-le").join([b"\xff\xfe", b""]),
        PLAIN.replace("; ward", " | ward").replace(",", ";").encode(),
        b"sep=;\r\n" + PLAIN.replace("; ward", " | ward").replace(",", ";").encode(),
        b"SEP=,\n" + PLAIN.encode(),
        PLAIN.replace("site,zone,network", "SITE , Zone,Network ").encode(),
        PLAIN.replace("site,zone,network", "School,VLAN name,Subnet").encode(),
        b"VLANs of the trust,,,,,\n,,,,,\nNovember,,,,,\n" + PLAIN.encode(),
        b"Subnets\n\n" + PLAIN.encode(),
        PLAIN.replace("\n", ",,,\n").encode(),
        PLAIN.encode() + b",,,,,\r\n\r\n,,,,,\r\n",
        PLAIN.replace("10.20.30.0/24", '"=""10.20.30.0/24"""').encode(),
        PLAIN.replace("10.20.30.0/24", "'10.20.30.0/24").encode(),
        PLAIN.replace("10.20.30.0/24", "10.20.30.0/255.255.255.0").encode(),
        PLAIN.replace("10.20.30.0/24", "10.20.30.0 255.255.255.0").encode(),
        PLAIN.replace("10.20.30.0/24", "\N{NO-BREAK SPACE}10.20.30.0/24 ").encode(),
    ],
    ids=lambda data: repr(data[:30]),
)
def test_what_spreadsheets_make_of_it_is_the_same_table(data: bytes) -> None:
    export = read(data)
    assert told(export) == THREE
    assert export.left_out == ()


def test_every_synonym_names_one_field_and_is_spelled_as_it_is_compared() -> None:
    spelled = [alias for aliases in COLUMNS.values() for alias in aliases]
    assert len(spelled) == len(set(spelled))
    assert [header_words(alias) for alias in spelled] == spelled


def test_windows_letters_are_read_and_said() -> None:
    export = read("site;name;subnet\nCollège;Caméras;10.20.30.0/24\n".encode("cp1252"))
    assert told(export) == [("Collège", "Caméras", "10.20.30.0/24")]
    assert "line 2 is not UTF-8: the file was read as Windows-1252" in export.notes[0]


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("vlan,name,network", "30,Cameras,10.20.3.0/24", "Cameras"),
        ("vlan,network", "Cameras,10.20.3.0/24", "Cameras"),
        ("vlan,description,network", "30,Car park,10.20.3.0/24", "Car park"),
        ("vlan,network", "30.0,10.20.3.0/24", "VLAN 30"),
        ("vlan id,network", "VLAN0030,10.20.3.0/24", "VLAN 30"),
        ("network", "10.20.3.0/24", ""),
    ],
)
def test_a_zone_is_called_by_the_first_thing_that_is_a_name(
    header: str, row: str, name: str
) -> None:
    [entry] = read(f"{header}\n{row}\n").entries
    assert entry.name == name
    assert entry.tags == (("vlan-30",) if "30" in row else ())


def test_a_mask_may_have_a_column_of_its_own() -> None:
    rows = "10.20.3.0,24\n10.20.4.0,255.255.254.0\n10.20.6.0,/25\n10.20.7.0,26.0\n10.20.8.0/30,24\n"
    export = read(f"network,mask\n{rows}10.20.9.0,255.0.255.0\n10.20.9.0,many\n10.20.9.0,\n")
    assert [shown(one.networks) for one in export.entries] == [
        "10.20.3.0/24", "10.20.4.0/23", "10.20.6.0/25", "10.20.7.0/26", "10.20.8.0/30",
    ]  # fmt: skip
    assert [(row.where, row.why) for row in export.left_out] == [
        ("line 7", "'255.0.255.0' is no mask, as in 24 or 255.255.255.0"),
        ("line 8", "'many' is no mask, as in 24 or 255.255.255.0"),
        ("line 9", "no mask: write 10.20.9.0/24 if it is that network"),
    ]


def test_rows_that_cannot_be_used_are_told_by_line_with_the_reason() -> None:
    export = read(
        "site,network,name\n"
        "north,,Cameras\n"
        "north,10.20.0.0/33,a\n"
        "north,tbd,b\n"
        '"two\nlines",010.020.0.0/16,c\n'
        "#north,10.20.0.0/16,d\n"
        "north,10.20.5.0/24,e\n"
        "site,network,name\n"
    )
    assert [(row.where, row.what, row.why.partition(":")[0]) for row in export.left_out] == [
        ("line 2", "Cameras", "no network"),
        ("line 3", "10.20.0.0/33", "'10.20.0.0/33'"),
        ("line 4", "tbd", "'tbd' is no network"),
        ("line 5", "010.020.0.0/16", "'010.020.0.0/16'"),
        ("line 7", "10.20.0.0/16", "the row begins with #"),
        ("line 9", "network", "'network' is no network"),
    ]
    assert [one.where for one in export.entries] == ["line 8"]
    assert export.rows == 7


def test_a_policy_that_is_not_understood_is_a_doubt_and_no_guess() -> None:
    words = ["UDP only", "Do_Not_Probe", "listen-only", "PROBE", "never", ""]
    rows = "".join(f"10.20.{n}.0/24,{word}\n" for n, word in enumerate(words))
    entries = read(f"network,policy\n{rows}").entries
    assert [one.policy for one in entries] == [
        Policy.UDP_ONLY, Policy.DO_NOT_PROBE, Policy.LISTEN_ONLY, Policy.PROBE, None, None,
    ]  # fmt: skip
    assert [bool(one.doubt) for one in entries] == [False] * 4 + [True, False]


def test_a_row_with_more_cells_than_the_header_is_not_trusted() -> None:
    [entry] = read("network,reason,policy\n10.20.3.0/24,pumps, and monitors,probe\n").entries
    assert entry.policy is None
    assert entry.doubt == "the row has more cells than the header, which may have slipped"


def test_a_host_with_the_length_of_its_network_is_the_network_and_is_said() -> None:
    [entry] = read("network\n10.20.3.1/24\n").entries
    assert shown(entry.networks) == "10.20.3.0/24"
    assert entry.note == "10.20.3.1/24 was read as the network 10.20.3.0/24"


def test_a_cell_may_hold_several_networks() -> None:
    [entry] = read('network\n"10.20.4.0/24; 10.20.3.0/24, fd00::10/125\n10.20.3.9"\n').entries
    assert shown(entry.networks) == "10.20.3.0/24, 10.20.4.0/24, fd00::10/125"
    with pytest.raises(ScopeError, match=f"more than {MOST_PIECES} networks"):
        read_networks("10.0-255.0-255.7")


def test_a_container_of_a_saved_netbox_table_is_no_zone_but_stands_around() -> None:
    export = read(
        "Prefix,Status,Children,Scope,VLAN,Role\n"
        "10.20.0.0/16,Container,3,—,—,Clinical\n"
        "10.20.3.0/24,Active,0,North,Cameras (30),—\n"
        "10.20.4.0/24,Active,0,—,Guests (31),—\n"
    )
    assert [row.why for row in export.left_out] == ["a container: its parts are the zones"]
    assert [shown(one.networks) for one in export.around] == ["10.20.0.0/16"]
    named = [(entry.site, entry.name) for entry in export.entries]
    assert named == [("North", "Cameras (30)"), ("", "Guests (31)")]
    assert export.notes == ("columns that were not read: Children",)


def test_of_two_columns_for_one_field_the_usual_spelling_comes_first() -> None:
    [entry] = read("location,site,network\nFloor 2,North,10.20.3.0/24\n").entries
    assert entry.site == "North"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no header with a column for the network"),
        ("site,zone\nnorth,a\n", "the first rows name none of network, prefix, subnet, cidr"),
        ('network,name\n10.20.3.0/24,"open\n10.20.4.0/24,b\n', "^vlans.csv:2: a quotation mark"),
        ('network,name\n10.20.3.0/24,"a"b\n', "^vlans.csv:2: a quotation mark"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ScopeError, match=complaint):
        read(text)


@pytest.mark.parametrize("magic", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_is_not_taken_for_a_text(magic: bytes) -> None:
    with pytest.raises(ScopeError, match="an Excel workbook: save its sheet as CSV"):
        read(magic + bytes(range(256)))


def test_a_row_of_many_lines_is_said() -> None:
    export = read('network,name\n10.20.3.0/24,"a' + "\n10.20.4.0/24" * 6 + '"\n')
    assert export.notes == ("lines 2 to 8 are one row, by quotation marks",)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["10.20.3.0/24", "10.20.3.0", "fd00::/64", "probe", "never", "30", "#", '"', "network",
         "10.0-255.0-255.1-9", "255.255.255.0", '="10.20.3.0/24"', "\x00", "\x1b[2J", "\u202e"]
    ),
)  # fmt: skip


def joined(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    return "\r\n".join(delimiter.join(row) for row in rows)


@pytest.mark.fuzz
@given(
    rows=st.lists(st.lists(CELLS, max_size=8), max_size=6),
    delimiter=st.sampled_from([",", ";", "\t"]),
    head=st.sampled_from(["", "sep=;\n", "sep=\r\n", 'sep="\n', "sep=\t\n", "\ufeff"]),
)
def test_cells_with_anything_in_them_are_read_left_out_or_refused(
    rows: list[list[str]], delimiter: str, head: str
) -> None:
    header = ["site", "name", "network", "mask", "policy", "tags"]
    text = head + joined([header, *rows], delimiter)
    holds(text.encode("utf-8", "surrogatepass"))


@pytest.mark.fuzz
@given(data=st.data())
def test_a_file_cut_and_garbled_is_read_left_out_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from([PLAIN.encode(), PLAIN.encode("utf-16")]))
    cut = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=20))
    holds(whole[:cut] + junk + data.draw(st.sampled_from([b"", whole[cut:], whole[cut + 3 :]])))


def holds(data: bytes) -> None:
    """Read, every row accounted for and harmless; or refused in one line."""
    try:
        export = read(data)
    except ScopeError as error:
        refusal = str(error)
    else:
        refusal = "vlans.csv"
        assert all(one.networks for one in export.entries)
        for one in export.entries:
            assert one.name.isprintable()
            assert one.site.isprintable()
            assert len(one.name) <= 100
        assert all(row.why for row in export.left_out)
    assert refusal.startswith("vlans.csv")
    assert "\n" not in refusal
