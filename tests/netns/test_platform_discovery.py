"""Five makers' own questions, on the link and over a router: who answers, and what left."""

import re

import pytest

from camcensus.probers import dahua_v1, dhip, sadp, tplink, xiongmai
from netns.laboratory import PERSONAS, Run, estate, marks, sweep

pytestmark = marks

PROBERS = "sadp,dhip,dahua-v1,xiongmai,tplink"
SPEAKERS = {
    "hik_cam": "sadp", "hik_nvr": "sadp", "lts_cam": "sadp", "ezviz_cam": "sadp",
    "dahua_cam": "dhip", "dahua_nvr": "dhip", "lorex_nvr": "dhip", "amcrest_cam": "dhip",
    "dahua_old": "dahua-v1", "xm_clone": "xiongmai", "tplink_cam": "tplink",
    "vigi_cam": "tplink", "tapo_plug": "tplink",
}  # fmt: skip
OTHERS = ("axis_cam", "printer", "infusion_pump", "zosi_canary")
NEAR = {f"198.18.0.{10 + n}": name for n, name in enumerate((*SPEAKERS, *OTHERS))}
FAR = {f"198.18.1.{10 + n}": name for n, name in enumerate((*SPEAKERS, *OTHERS))}
BOTH = NEAR | FAR
LABEL_UNKNOWN = {"hik_cam", "hik_nvr", "lts_cam", "tplink_cam"}  # it names the electronics only
QUESTIONS = {
    37020: [sadp.build(bytes(16), 0)],
    37810: [dhip.build(b"", 0, unicast=one) for one in (True, False)],
    5050: [dahua_v1.build(b"", 0)],
    34569: [xiongmai.build(b"", 0)],
    20002: [tplink.build(b"", 0)],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    words = ["198.18.0.0/27", "198.18.1.0/27", "--probers", PROBERS, "--pace", "fast"]
    done = sweep(tmp_path_factory.mktemp("vendors"), estate(BOTH), *words)
    assert done.code == 0, done.stderr
    return done


@pytest.mark.parametrize("address", [one for one in BOTH if BOTH[one] in SPEAKERS])
def test_a_device_is_named_by_its_makers_discovery_alone(run: Run, address: str) -> None:
    truth, row = PERSONAS[BOTH[address]].truth, run.devices[address]

    assert SPEAKERS[BOTH[address]] in row["sources"]
    assert row["maker"] == truth.maker
    assert row["mac"] is not None
    if truth.model and "model" in truth.stated:
        assert row["model"] == truth.model
    if truth.brand and BOTH[address] not in LABEL_UNKNOWN | {"tapo_plug"}:
        assert row["brand"] == truth.brand
    if BOTH[address] != "lts_cam":  # a number of the label, one channel: no word on the kind
        assert row["kind"] == truth.kind


def test_recorders_say_how_many_channels_they_hide(run: Run) -> None:
    channels = {name: run.devices[address]["channels"] for address, name in FAR.items()
                if name in SPEAKERS}  # fmt: skip

    assert [channels[name] for name in ("hik_nvr", "dahua_nvr", "lorex_nvr")] == [8, 16, 8]


def test_nobody_else_is_named(run: Run) -> None:
    for address, name in BOTH.items():
        if name in OTHERS and address in run.devices:
            assert run.devices[address]["maker"] is None
            assert run.devices[address]["kind"] == "unknown"


def _without_number(text: str) -> str:
    return re.sub(r"<Uuid>[^<]*", "<Uuid>", text)


def test_nothing_but_the_five_questions_left(run: Run) -> None:
    assert run.report["violations"] == []
    asked = [one for one in run.frames if one.protocol == "udp"]
    assert {one.port for one in asked} == QUESTIONS.keys()
    for frame in asked:
        known = {_without_number(one.decode("latin-1")) for one in QUESTIONS[frame.port]}
        assert _without_number(frame.payload) in known
    assert not [one for one in run.frames if one.protocol == "tcp"]
