from collections.abc import Callable
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.errors import ScopeError
from camcensus.scope import Exclusion, Plan
from camcensus.types import Interface, Transport

MakePlan = Callable[..., Plan]
ETH0 = Interface("eth0", "10.1.1.5", 24)


def addresses(plan: Plan) -> set[str]:
    return {target.address for _, target in plan.targets()}


@pytest.mark.parametrize(
    ("targets", "complaint"),
    [
        ((), "no target: name a network"),
        (("cam!",), "neither an address"),
        (("10.0.5-1.1",), "runs backwards"),
        (("8.8.8.8",), "8.8.8.8 is a public address.*--allow-public"),
        (("10.0.0.0/7",), "11.0.0.0 is a public address"),
        (("192.0.2.1",), "public"),
        (("2001:db8::/120",), "public"),
        (("172.32.0.1",), "public"),
        (("10.0.0.0/15",), "131,072 addresses are more than 65,536: say --yes"),
        (("255.255.255.255",), "the limited broadcast address"),
        (("239.255.255.250",), "multicast"),
        (("ff02::1",), "multicast"),
        (("0.0.0.0",), "0.0.0.0/8"),
        (("0.0.0.0/0",), "0.0.0.0/8"),
        (("::",), "is no host's address|no host's"),
        (("240.1.2.3",), "reserved"),
        (("fd00::/64",), "wider than /112"),
        (("::10.0.0.1",), "hides an IPv4"),
        (("64:ff9b::224.0.0.1",), "nothing is sent"),
        (("some-name",), "names are not resolved here"),
    ],
)
def test_a_target_that_is_not_scanned_is_refused_with_one_line(
    plan_for: MakePlan, targets: tuple[str, ...], complaint: str
) -> None:
    with pytest.raises(ScopeError, match=complaint) as caught:
        plan_for(*targets)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_multicast_broadcast_and_0_8_are_refused_whatever_flag_is_given(plan_for: MakePlan) -> None:
    for word in ("224.0.0.1", "255.255.255.255", "0.1.2.3", "250.0.0.1", "ff05::1"):
        with pytest.raises(ScopeError, match="nothing is sent there"):
            plan_for(word, yes=True, allow_public=True, allow_unzoned=True)


def test_more_than_two_8_is_refused_even_with_yes(plan_for: MakePlan) -> None:
    with pytest.raises(ScopeError, match="more than a plan holds"):
        plan_for("16.0.0.0/6", yes=True, allow_public=True)


@pytest.mark.parametrize(
    "word",
    ["10.0.0.1", "172.31.255.1", "192.168.3.4", "100.64.0.1", "198.18.0.1", "169.254.3.4",
     "127.0.0.1", "fd12::1", "fe80::1", "::1"],
)  # fmt: skip
def test_private_space_needs_no_flag(plan_for: MakePlan, word: str) -> None:
    assert addresses(plan_for(word)) == {word}


def test_flags_open_public_space_and_large_ranges(plan_for: MakePlan) -> None:
    assert plan_for("203.0.113.0/30", allow_public=True).size == 4
    assert plan_for("10.0.0.0/15", yes=True).size == 131_072
    assert plan_for("10.0.0.0/16").size == 65_536


def test_overlapping_targets_count_once(plan_for: MakePlan) -> None:
    assert plan_for("10.0.0.0/24", "10.0.0.128/25", "10.0.0.7").size == 256


def test_a_plan_names_the_networks_it_asks(plan_for: MakePlan) -> None:
    plan = plan_for("10.0.0.0/24", "fd00::/126", exclude=("10.0.0.128/25", "10.0.0.1"))
    assert plan.networks[:3] == ("10.0.0.0/32", "10.0.0.2/31", "10.0.0.4/30")
    assert plan.networks[-1] == "fd00::/126"


def test_names_are_resolved_by_whom_the_caller_names(plan_for: MakePlan) -> None:
    known = {"nvr.example.org": ("10.0.0.9", "fd00::9")}
    plan = plan_for("nvr.example.org", resolve=lambda name: known[name])
    assert addresses(plan) == {"10.0.0.9", "fd00::9"}
    assert plan.notes == ("nvr.example.org was resolved to 10.0.0.9, fd00::9",)
    with pytest.raises(ScopeError, match="public"):
        plan_for("nvr.example.org", resolve=lambda _: ("8.8.8.8",))
    with pytest.raises(ScopeError, match="no address is known"):
        plan_for("nvr.example.org", resolve=lambda _: ())


def test_a_name_that_does_not_resolve_ends_in_one_line(plan_for: MakePlan) -> None:
    def unknown(_: str) -> tuple[str, ...]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(ScopeError, match=r"'nvr': cannot be resolved: .*not known"):
        plan_for("nvr", resolve=unknown)
    with pytest.raises(ScopeError, match="--exclude: 'nvr'"):
        plan_for("10.0.0.0/24", exclude=("nvr",), resolve=unknown)


def test_files_have_comments_blanks_and_any_line_ending(plan_for: MakePlan, tmp_path: Path) -> None:
    path = tmp_path / "targets.txt"
    path.write_bytes(b"\xef\xbb\xbf# ward 3\r\n\r\n10.0.0.1 10.0.0.2 # two\r\n  10.0.1.0/30\n")
    assert addresses(plan_for(target_files=(path,))) == {
        "10.0.0.1", "10.0.0.2", "10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3",
    }  # fmt: skip


def test_a_fault_in_a_file_names_file_line_and_word(plan_for: MakePlan, tmp_path: Path) -> None:
    path = tmp_path / "targets.txt"
    path.write_text("10.0.0.1\n\n10.0.0.300 # wrong\n", "utf-8")
    with pytest.raises(ScopeError, match=rf"{path}:3: '10\.0\.0\.300'"):
        plan_for(target_files=(path,))
    path.write_text("10.0.0.1\n8.8.8.8\n", "utf-8")
    with pytest.raises(ScopeError, match=rf"{path}:2: 8\.8\.8\.8: .* public"):
        plan_for(target_files=(path,))
    path.write_text("# nothing\n", "utf-8")
    with pytest.raises(ScopeError, match="list of targets is empty"):
        plan_for(target_files=(path,))


def test_files_that_cannot_be_read_are_named(plan_for: MakePlan, tmp_path: Path) -> None:
    with pytest.raises(ScopeError, match=r"absent.*cannot be read: No such file"):
        plan_for(target_files=(tmp_path / "absent",))
    with pytest.raises(ScopeError, match="cannot be read: Is a directory"):
        plan_for(target_files=(tmp_path,))
    wide = tmp_path / "utf16"
    wide.write_bytes("10.0.0.1\n".encode("utf-16"))
    with pytest.raises(ScopeError, match="utf16:1: not UTF-8"):
        plan_for("10.0.0.1", exclude_files=(wide,))


def test_a_file_of_absurd_size_is_not_read(plan_for: MakePlan, tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(ScopeError, match="huge: larger than 16 MiB"):
        plan_for(target_files=(path,))


def test_a_dash_is_standard_input(plan_for: MakePlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"10.0.0.1\n10.0.0.999\n")))
    with pytest.raises(ScopeError, match=r"-:2: '10\.0\.0\.999'"):
        plan_for(target_files=(Path("-"),))


def test_a_pilot_of_nothing_is_refused(plan_for: MakePlan) -> None:
    with pytest.raises(ScopeError, match="--limit 0: a pilot asks at least one target"):
        plan_for("10.0.0.0/24", limit=0)


def test_exclusions_say_what_they_removed_and_where_they_stand(
    plan_for: MakePlan, tmp_path: Path
) -> None:
    path = tmp_path / "never.txt"
    path.write_text("10.0.0.128/25\n10.0.0.200\n", "utf-8")
    plan = plan_for("10.0.0.0/24", exclude=("10.0.0.7", "192.168.0.0/16"), exclude_files=(path,))
    assert plan.exclusions == (
        Exclusion("10.0.0.7", "excluded by the user", "--exclude", 1),
        Exclusion("192.168.0.0/16", "excluded by the user", "--exclude", 0),
        Exclusion("10.0.0.128/25", "excluded by the user", f"--excludefile {path}:1", 128),
        Exclusion("10.0.0.200", "excluded by the user", f"--excludefile {path}:2", 0),
    )
    assert plan.size == 127


def test_an_exclusion_with_host_bits_excludes_the_whole_network(plan_for: MakePlan) -> None:
    plan = plan_for("10.0.0.0/24", "192.168.0.1", exclude=("10.1.2.3/8",))
    assert addresses(plan) == {"192.168.0.1"}
    assert plan.notes == ("10.1.2.3/8 was read as the network 10.0.0.0/8",)


def test_when_nothing_is_left_the_reason_is_said(plan_for: MakePlan) -> None:
    with pytest.raises(ScopeError, match=r"no target is left.*--exclude"):
        plan_for("10.0.0.0/24", exclude=("10.0.0.0/8",))


def test_network_and_broadcast_addresses_of_known_subnets_are_left_out(plan_for: MakePlan) -> None:
    plan = plan_for("10.1.0.0/23", interfaces=(ETH0,))
    assert plan.size == 510
    assert {(row.network, row.reason, row.source) for row in plan.exclusions} == {
        ("10.1.1.0", "network address of 10.1.1.0/24", "interface eth0"),
        ("10.1.1.255", "broadcast address of 10.1.1.0/24", "interface eth0"),
    }
    assert plan.permit.refusal("10.1.1.255", Transport.UDP, 3702)


def test_a_point_to_point_network_has_no_broadcast_address(plan_for: MakePlan) -> None:
    assert plan_for("10.1.1.4/31", interfaces=(Interface("wg0", "10.1.1.4", 31),)).size == 2


@pytest.mark.parametrize("form", ["64:ff9b::a00:7", "2002:a00:7::1", "::ffff:10.0.0.7"])
def test_the_ipv6_forms_of_an_excluded_ipv4_address_are_excluded(
    plan_for: MakePlan, form: str
) -> None:
    plan = plan_for(form, "10.0.0.0/29", allow_public=True, exclude=("10.0.0.7",))
    assert form not in addresses(plan)
    assert "10.0.0.7" not in addresses(plan)
    refusal = plan.permit.refusal(form, Transport.UDP, 3702)
    assert refusal is not None
    assert "excluded by the user" in refusal


ODD = st.tuples(st.integers(0, 3), st.integers(0, 255), st.integers(20, 32))


@given(
    targets=st.lists(ODD, min_size=1, max_size=4),
    exclude=st.lists(ODD, max_size=6),
    key=st.integers(0, 2**64 - 1),
)
def test_exclusion_always_wins_and_every_address_is_accounted_for(
    plan_for: MakePlan,
    targets: list[tuple[int, int, int]],
    exclude: list[tuple[int, int, int]],
    key: int,
) -> None:
    asked, without = ([f"10.0.{b}.{c}/{n}" for b, c, n in rows] for rows in (targets, exclude))
    try:
        plan = plan_for(*asked, exclude=tuple(without), key=key)
    except ScopeError as error:
        assert "no target is left" in str(error)  # noqa: PT017  # the one lawful refusal here
        return
    kept = addresses(plan)
    assert len(kept) == plan.size
    assert plan.size + sum(row.count for row in plan.exclusions) == plan.content.requested
    if not without:
        return
    removed = addresses(plan_for(*without))
    assert not kept & removed
    for address in sorted(removed)[:50]:
        assert plan.contains(address) is None
        assert plan.permit.refusal(address, Transport.UDP, 3702)
    for address in sorted(kept)[:50]:
        assert plan.permit.refusal(address, Transport.UDP, 3702) is None
