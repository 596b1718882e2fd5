import json

import pytest

from camcensus.wire import MalformedError
from camcensus.wire.tplink import QUESTION, parse

HEADER = bytes.fromhex("02000001 01d81100 00000000 6b2f8a1c".replace(" ", ""))
BODY = (
    b'{"error_code":0,"result":{"device_id":"0123456789abcdef","device_model":"C210",'
    b'"device_type":"SMART.IPCAMERA","encrypt_info":{"data":"AAAA","key":"BBBB","sym_schm":"AES"},'
    b'"factory_default":false,"firmware_version":"1.4.3 Build 241010 Rel.33858n",'
    b'"hardware_version":"2.0","ip":"198.18.0.9","mac":"40-AE-30-0A-1B-2C",'
    b'"mgt_encrypt_schm":{"is_support_https":true}}}'
)
FIELDS = (
    ("device_id", "0123456789abcdef"),
    ("device_model", "C210"),
    ("device_type", "SMART.IPCAMERA"),
    ("factory_default", "false"),
    ("firmware_version", "1.4.3 Build 241010 Rel.33858n"),
    ("hardware_version", "2.0"),
    ("ip", "198.18.0.9"),
    ("mac", "40-AE-30-0A-1B-2C"),
    ("mgt_encrypt_schm.is_support_https", "true"),
)
ANSWER = HEADER + BODY


def result(value: object) -> bytes:
    return HEADER + json.dumps({"result": value}).encode()


def test_the_question_is_16_fixed_bytes() -> None:
    assert QUESTION.hex() == "020000010000000000000000463cb5d3"


def test_every_value_is_read_but_what_is_sealed_for_another() -> None:
    assert parse(ANSWER).fields == FIELDS


@pytest.mark.parametrize(
    "data",
    [
        b"",
        QUESTION,
        HEADER,
        BODY,
        ANSWER[:60],
        b"\x03" + ANSWER[1:],
        result(None),
        result([1]),
        HEADER + b"[1]",
        HEADER + b'{"result":' * 20000,
    ],
    ids=range(10),
)
def test_questions_refusals_and_cut_answers_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)
