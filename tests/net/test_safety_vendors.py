"""Of the makers' own protocols only the question gets out, and nothing beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.net import Safety, load_safety
from camcensus.probers import dahua_v1, dhip, sadp, tplink, xiongmai
from camcensus.types import Request, Transport
from camcensus.wire.dhip import frame

SADP_THAT_CHANGES = [
    "update", "activate", "reboot", "restore", "exchangecode", "getencryptstring",
    "getencryptstring_v31", "GetQRcodes", "getBindList", "SetMailBox", "ezvizUnbind",
    "resetPassword", "securityCode", "getcode", "inquiry_v32", "Inquiry", "inquiry ",
    "inquiry</Types><Types>update", "", "inquiry</Types></Probe><Probe><Types>reboot",
]  # fmt: skip
DHIP_THAT_CHANGES = [
    "DHDiscover.setConfig", "DHDiscover.init", "DevInit.account", "DevInit.access",
    "PasswdFind.getDescript", "PasswdFind.resetPassword", "Security.getEncryptInfo",
    "deviceDiscovery.setConfig", "userManager.getUserInfoAll", "DHDiscoverXsearch",
    "DHDiscover.search.x", "global.login",
]  # fmt: skip
QUESTIONS = {
    "sadp": ("inquiry", 37020, sadp.build(bytes(range(16)), 0)),
    "dhip": ("search", 37810, dhip.build(b"", 0, unicast=True)),
    "dahua-v1": ("search", 5050, dahua_v1.build(b"", 0)),
    "xiongmai": ("search", 34569, xiongmai.build(b"", 34569)),
    "tplink": ("search", 20002, tplink.build(b"", 0)),
}


def refused(safety: Safety, prober: str, payload: bytes, port: int = 0) -> bool:
    message, own, _ = QUESTIONS[prober]
    asked = Request(prober, message, payload)
    return safety.objection(asked, Transport.UDP, port or own) is not None


@pytest.mark.parametrize("prober", QUESTIONS)
def test_the_question_may_be_sent_to_its_own_port_only(safety: Safety, prober: str) -> None:
    _, _, payload = QUESTIONS[prober]

    assert not refused(safety, prober, payload)
    assert refused(safety, prober, payload, port=3702)
    assert safety.objection(Request(prober, "other", payload), Transport.UDP, QUESTIONS[prober][1])
    assert safety.objection(
        Request(prober, QUESTIONS[prober][0], payload), Transport.TCP, QUESTIONS[prober][1]
    )


@pytest.mark.parametrize("prober", QUESTIONS)
def test_a_longer_or_shorter_question_may_not_be_sent(safety: Safety, prober: str) -> None:
    _, _, payload = QUESTIONS[prober]

    for other in (payload + b"\0", payload + b"\n", payload[:-1], b"", payload * 2):
        assert refused(safety, prober, other)


@pytest.mark.parametrize("types", SADP_THAT_CHANGES)
def test_no_sadp_message_that_changes_a_device_gets_out(safety: Safety, types: str) -> None:
    question = QUESTIONS["sadp"][2]

    assert refused(safety, "sadp", question.replace(b"inquiry", types.encode()))


def test_no_sadp_message_with_another_element_gets_out(safety: Safety) -> None:
    question = QUESTIONS["sadp"][2]
    for added in (b"<MAC>44-47-cc-0a-1b-2c</MAC>", b"<PWErrorParse>true</PWErrorParse>"):
        assert refused(safety, "sadp", question.replace(b"</Types>", b"</Types>" + added))


@pytest.mark.parametrize("method", DHIP_THAT_CHANGES)
def test_no_dhip_method_that_changes_a_device_gets_out(safety: Safety, method: str) -> None:
    body = QUESTIONS["dhip"][2][32:].replace(b"DHDiscover.search", method.encode())

    assert refused(safety, "dhip", frame(body))
    assert refused(safety, "dhip", frame(body.ljust(59))[:32] + body)


def test_no_dhip_search_with_more_in_it_gets_out(safety: Safety) -> None:
    for body in (
        b'{"method":"DHDiscover.search","params":{"mac":"3c:ef:8c:0a:1b:2c","uni":1}}\n',
        b'{"method":"DHDiscover.search","params":{"mac":"","uni":1},"method":"DevInit.account"}\n',
    ):
        assert refused(safety, "dhip", frame(body))


@pytest.mark.parametrize("number", [1000, 1020, 1040, 1042, 1450, 1529, 1531, 1532, 1533, 65535])
def test_no_other_message_of_xiongmai_gets_out(safety: Safety, number: int) -> None:
    question = QUESTIONS["xiongmai"][2]

    assert refused(safety, "xiongmai", question[:14] + number.to_bytes(2, "little") + bytes(4))
    assert refused(safety, "xiongmai", question[:16] + b"\x02\0\0\0{}")


@given(st.sampled_from([*QUESTIONS]), st.data())
def test_a_question_with_one_byte_changed_is_no_other_message(
    prober: str, data: st.DataObject
) -> None:
    _, _, payload = QUESTIONS[prober]
    at = data.draw(st.integers(0, len(payload) - 1))
    other = bytearray(payload)
    other[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != payload[at]))
    free = range(payload.index(b"<Uuid>"), payload.index(b"</Uuid>")) if prober == "sadp" else ()

    uni = prober == "dhip" and bytes(other) == dhip.build(b"", 0, unicast=False)
    assert refused(load_safety(), prober, bytes(other)) or at in free or uni
