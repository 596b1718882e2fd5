"""`identify`, `signatures`, `explain` and the filters, as a person asks them."""

import json
from pathlib import Path

import pytest

from cli.conftest import Census
from cli.program import Ask, run

NMAP = """<?xml version="1.0"?><nmaprun><host><status state="up"/>
<address addr="198.18.0.9" addrtype="ipv4"/><address addr="00:40:8C:01:02:03" addrtype="mac"/>
<ports><port protocol="tcp" portid="80"><state state="open"/>
<script id="http-server-header" output="App-webs/"/></port></ports></host></nmaprun>
"""


def test_identify_reads_standard_input_line_by_line() -> None:
    lines = [
        {"id": "a", "protocol": "http", "input": {"headers": {"Server": "App-webs/"}}},
        {"id": "b", "protocol": "http", "input": {"headers": {"Server": "nginx"}}},
    ]
    ran = run("identify", "-", feed="\n".join(map(json.dumps, lines)) + "\nno json\n")

    first, second, third = map(json.loads, ran.out.splitlines())
    assert (first["id"], first["maker"], first["brand"]) == ("a", "Hikvision", None)
    assert (second["id"], second["maker"], second["kind"]) == ("b", None, "unknown")
    assert "not JSON" in third["error"]
    assert ran.code == 0


@pytest.mark.parametrize("form", ["auto", "nmap"])
def test_identify_reads_a_report_of_nmap(ask: Ask, tmp_path: Path, form: str) -> None:
    report = tmp_path / "report.xml"
    report.write_text(NMAP, "utf-8")

    [line] = ask("identify", report, "--from", form).out.splitlines()
    named = json.loads(line)
    assert (named["id"], named["maker"]) == ("198.18.0.9", "Hikvision")
    assert named["mac"] == "00:40:8c:01:02:03"


def test_signatures_hold_and_say_how_many(ask: Ask) -> None:
    ran = ask("signatures", "check")

    assert ran.code == 0
    assert "signatures hold, catalogue " in ran.err


def test_a_signature_whose_example_fails_is_named(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "makers").mkdir()
    (tmp_path / "kinds").mkdir()
    (tmp_path / "vocabulary.toml").write_text('schema = 1\n[names]\nacme = "Acme"\n', "utf-8")
    (tmp_path / "makers" / "acme.toml").write_text(
        """schema = 1
maker = "acme"
coverage = "thin"
[[signature]]
id = "acme.http.server"
field = "http.server"
pattern = '^Acme$'
certainty = 0.9
maker = "acme"
why = "Its own web server."
source = "Acme manual"
matches = [{ value = "Ampex", source = "Acme manual" }]
rejects = ["Bolt"]
""",
        "utf-8",
    )
    ran = ask("signatures", "check", "--folder", tmp_path)

    assert ran.code == 2
    assert "makers/acme.toml: acme.http.server: does not claim its example 'Ampex'" in ran.out


def test_signatures_of_one_maker_are_listed_by_any_spelling(ask: Ask) -> None:
    ran = ask("signatures", "--maker", "hikvision")

    assert ran.code == 0
    assert "hikvision.http.server" in ran.out
    assert "dahua.http" not in ran.out


def test_a_signature_explains_itself(ask: Ask) -> None:
    ran = ask("explain", "axis.mdns.instance-camera")

    assert "looks at mdns.instance" in ran.out
    assert "Source: " in ran.out


def test_a_signature_that_is_none_is_told_with_those_like_it(ask: Ask) -> None:
    ran = ask("explain", "axis.mdns.instance-cam")

    assert ran.code == 2
    assert "is it axis.mdns.instance-camera" in ran.complaint


def test_a_device_is_explained_in_the_names_that_people_read(ask: Ask, census: Census) -> None:
    hikvision = census.estate.devices[0]
    ran = ask("explain", hikvision.address, "--db", census.db)

    assert "The maker is Hikvision" in ran.out
    assert "says Hikvision" in ran.out


def test_a_maker_is_found_by_any_spelling_and_a_slip_is_told(ask: Ask, census: Census) -> None:
    found = ask("devices", "--maker", "HIKVISION", "--json", "--db", census.db)
    assert {json.loads(line)["maker"] for line in found.out.splitlines()} == {"Hikvision"}

    slip = ask("devices", "--maker", "Hikvison", "--db", census.db)
    assert slip.code == 2
    assert "is it Hikvision?" in slip.complaint


def test_show_tells_claims_questions_and_bytes(ask: Ask, census: Census) -> None:
    hikvision = census.estate.devices[0]
    ran = ask("show", hikvision.address, "--raw", "--db", census.db)

    assert "maker: Hikvision" in ran.out
    assert "why:" in ran.out
    assert "http page /: answered" in ran.out
    assert "    | HTTP/1.1 200 OK" in ran.out
