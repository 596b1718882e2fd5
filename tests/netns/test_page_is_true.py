"""The page that a change board approves shows the very bytes that then left the machine."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from lxml import html

from netns.laboratory import Run, estate, inside, marks

pytestmark = marks

DEVICES = {
    "198.18.0.10": "hik_cam",
    "198.18.0.11": "axis_cam",
    "198.18.0.12": "printer",
    "198.18.0.13": "dahua_cam",
    "198.18.0.14": "vivotek_cam",
    "198.18.0.15": "bosch_cam",
    "198.18.0.16": "sony_cam",
    "198.18.0.17": "unifi_cam",
    "198.18.0.18": "hanwha_cam",
    "198.18.0.19": "foscam_cam",
    "198.18.0.20": "reolink_cam",
    "198.18.0.21": "tplink_cam",
    "198.18.0.22": "xm_clone",
    "198.18.0.23": "panasonic_cam",
    "198.18.0.24": "old_tls_cam",
    "198.18.0.25": "unifi_console",
}
VARIES = b"(?s:.{1,300}?)"
SEEN_AT_LEAST = {
    *("ws-discovery-probe-nvt", "mdns-query", "sadp-inquiry", "dhip-search"),
    *("ssdp-search", "http-page", "rtsp-options", "rtsp-describe", "axis-basic-device-info"),
    *("onvif-get-system-date-and-time", "vivotek-discover", "sony-inquire", "tls-hello"),
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("page")
    program = f"{shlex.quote(sys.executable)} -m camcensus"
    files = {name: shlex.quote(str(folder / name)) for name in ("a.plan", "a.html", "census.db")}
    script = (
        f"{program} plan 198.18.0.0/26 --exclude 198.18.0.30 --thorough --pace normal "
        f"-o {files['a.plan']} --page {files['a.html']} -q && "
        f"{program} sweep --plan {files['a.plan']} --db {files['census.db']} --change CHG-1 "
        f"--approved $(sha256sum {files['a.plan']} | cut -c 1-16)"
    )
    done = inside(folder, estate(DEVICES), script)
    assert done.code == 0, done.stderr
    return done


def messages(page: Path) -> dict[str, re.Pattern[bytes]]:
    """Each message of the page by its id, as a pattern in which what is marked may be anything."""
    found: dict[str, re.Pattern[bytes]] = {}
    tree = html.fromstring(page.read_text("utf-8"))
    for section in tree.iter("section"):
        pattern = b""
        for paragraph in section.iter("p"):
            if paragraph.get("class") != "hex":
                continue
            pattern = re.escape(bytes.fromhex(paragraph.text or ""))
            for mark in paragraph.iter("mark"):
                pattern += VARIES + re.escape(bytes.fromhex(mark.tail or ""))
        name = str(section.get("id"))
        assert name not in found
        found[name] = re.compile(pattern)
    return found


def left(run: Run) -> list[bytes]:
    """What was said in UDP, and in TCP in clear text; of TLS the first message."""
    said = [(frame.protocol, frame.payload.encode("latin-1")) for frame in run.frames]
    return [data for protocol, data in said if data and (protocol == "udp" or _clear(data))]


def _clear(data: bytes) -> bool:
    """No record of TLS (RFC 8446, 5.1), or a ClientHello."""
    return not re.match(rb"(?s)[\x14-\x17]\x03", data) or (data[0], data[5]) == (22, 1)


def test_every_message_that_left_is_on_the_page(run: Run) -> None:
    known = messages(run.folder / "a.html")
    seen = set()
    for data in left(run):
        names = {name for name, pattern in known.items() if pattern.fullmatch(data)}
        assert names, data
        seen |= {re.sub(r"-\d$", "", name) for name in names}
    assert len(left(run)) > 100
    assert seen >= SEEN_AT_LEAST


def test_the_sweep_said_which_plan_it_ran(run: Run) -> None:
    assert "a.plan is as it was made; its hash is" in run.stderr


def test_a_plan_that_is_not_the_one_approved_sends_nothing(tmp_path: Path) -> None:
    program = f"{shlex.quote(sys.executable)} -m camcensus"
    plan, edited = (shlex.quote(str(tmp_path / name)) for name in ("a.plan", "edited.plan"))
    sweep = f"{program} sweep --db {shlex.quote(str(tmp_path / 'census.db'))}"
    script = (
        f"{program} plan 198.18.0.0/29 --exclude 198.18.0.3 -q -o {plan} > {plan}.table; "
        f"sed s/198.18.0.3/198.18.0.4/ {plan} > {edited}; "
        f"{sweep} --plan {edited}; echo $?; "
        f"{sweep} --plan {plan} --approved 000000000000; echo $?; "
        "ip addr add 198.18.0.2/15 dev scan0; ip addr del 198.18.0.1/24 dev scan0; "
        f"{sweep} --plan {plan}; echo $?"
    )
    run = inside(tmp_path, estate({"198.18.0.5": "hik_cam"}), script)
    assert run.stdout.split() == ["2", "2", "2"]
    edit, approval, machine = run.stderr.splitlines()
    assert "198.18.0.3" in edit
    assert "edited since it was made" in edit
    assert "is not the plan that was approved" in approval
    assert "interface scan0 no longer has 198.18.0.1/24 as planned" in machine
    assert [frame for frame in run.frames if frame.protocol in {"udp", "tcp"}] == []
