import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.mdns import (
    Message,
    Record,
    RecordType,
    Service,
    build_query,
    build_response,
    parse,
    service_type,
    services,
    split_instance,
)

TYPE = "_axis-video._tcp.local."
INSTANCE = f"AXIS M1065-LW - ACCC8E123456.{TYPE}"
HOST = "axis-accc8e123456.local."
RECORDS = (
    Record(TYPE, RecordType.PTR, 4500, target=INSTANCE),
    Record(INSTANCE, RecordType.SRV, 120, target=HOST, port=80),
    Record(INSTANCE, RecordType.TXT, 120, txt=(("macaddress", "ACCC8E123456"),)),
    Record(HOST, RecordType.A, 120, address="169.254.93.22"),
    Record(HOST, RecordType.A, 120, address="198.18.0.9"),
    Record(HOST, RecordType.AAAA, 120, address="fe80::9"),
)
ANSWER = build_response(RECORDS)
HEAD = b"\0\0\x84\0\0\0"  # id 0, an answer, no question


def record(kind: int, rdata: bytes, *, name: bytes = b"\1x\0", length: int | None = None) -> bytes:
    stated = len(rdata) if length is None else length
    return name + kind.to_bytes(2) + b"\0\1" + bytes(4) + stated.to_bytes(2) + rdata


def answer(*records: bytes, stated: int | None = None) -> bytes:
    count = len(records) if stated is None else stated
    return HEAD + count.to_bytes(2) + bytes(4) + b"".join(records)


# What is sent


def test_a_query_asks_each_name_once() -> None:
    message = parse(build_query([TYPE, "_rtsp._tcp.local"], unicast_response=False, message_id=7))

    assert message == Message(7, False, (TYPE, "_rtsp._tcp.local."), ())


@pytest.mark.parametrize(("unicast", "expected"), [(True, b"\x80\x01"), (False, b"\0\x01")])
def test_the_top_bit_of_the_class_asks_for_a_unicast_answer(unicast: bool, expected: bytes) -> None:
    assert build_query([TYPE], unicast_response=unicast).endswith(b"\0\x0c" + expected)


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["a" * 64 + ".local"],
        ["a..local"],
        ["x.y" * 99],
        [f"{n}-{'x' * 55}.{'y' * 60}.local" for n in range(400)],
    ],
    ids=["none", "long label", "empty label", "long name", "too many"],
)
def test_a_query_that_cannot_be_one_packet_is_refused(names: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no name|not a name|one packet"):
        build_query(names, unicast_response=True)


# What comes back


def test_an_answer_gives_every_record() -> None:
    assert parse(ANSWER) == Message(0, True, (), RECORDS)


def test_an_answer_to_a_legacy_asker_repeats_question_and_id_and_is_short_lived() -> None:
    data = build_response(RECORDS, message_id=4711, questions=[TYPE])

    message = parse(data)
    assert (message.id, message.questions) == (4711, (TYPE,))
    assert {found.ttl for found in message.records} == {10}
    assert b"\x80\x01" not in data  # no cache-flush bit


def test_an_answer_to_everyone_flushes_caches() -> None:
    assert b"\x80\x01" in ANSWER


def test_a_txt_string_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="255"):
        build_response([Record(INSTANCE, RecordType.TXT, 10, txt=(("k", "v" * 255),))])


def test_records_are_gathered_into_the_service_they_describe() -> None:
    assert services(parse(ANSWER)) == (
        Service(
            instance="AXIS M1065-LW - ACCC8E123456",
            type="_axis-video._tcp",
            host=HOST,
            port=80,
            txt=(("macaddress", "ACCC8E123456"),),
            addresses=("169.254.93.22", "198.18.0.9", "fe80::9"),
        ),
    )


@pytest.mark.parametrize("kept", [[0], [1], [2], [2, 1]])
def test_a_service_is_known_by_any_one_of_its_records(kept: list[int]) -> None:
    found = services(parse(build_response([RECORDS[n] for n in kept])))

    assert [(service.instance, service.type) for service in found] == [
        ("AXIS M1065-LW - ACCC8E123456", "_axis-video._tcp")
    ]


def test_names_are_the_same_in_any_case() -> None:
    records = [RECORDS[0], replace(RECORDS[1], name=INSTANCE.upper())]

    assert [service.port for service in services(parse(build_response(records)))] == [80]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Cam._http._tcp.local.", ("Cam", "_http._tcp")),
        ("Cam 1.2 (Hall)._http._tcp.local.", ("Cam 1.2 (Hall)", "_http._tcp")),
        ("ARECONT AV 1000-AV334455._arec._tcp.local.", ("ARECONT AV 1000-AV334455", "_arec._tcp")),
        ("Cam._CGI._tcp.local", ("Cam", "_CGI._tcp")),
        ("_http._tcp.local.", None),
        ("_universal._sub._ipp._tcp.local.", None),
        ("camera.local.", None),
        ("", None),
    ],
)
def test_an_instance_is_taken_apart(name: str, expected: tuple[str, str] | None) -> None:
    assert split_instance(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("_http._tcp.local.", "_http._tcp"),
        ("_services._dns-sd._udp.local.", None),
        ("Cam._http._tcp.local.", None),
        ("camera.local.", None),
    ],
)
def test_a_service_type_is_recognised(name: str, expected: str | None) -> None:
    assert service_type(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", ()),
        (b"\0", ()),
        (b"\3a=b\3c=d", (("a", "b"), ("c", "d"))),
        (b"\1a", (("a", None),)),
        (b"\2a=", (("a", ""),)),
        (b"\3=ab", ()),
        (b"\5a=b=c", (("a", "b=c"),)),
        (b"\3a=b\3a=c", (("a", "b"), ("a", "c"))),
        (b"\6k=" + "海康".encode("gbk"), (("k", "海康"),)),
        (b"\xff" + b"\xfe" * 255, (("\xfe" * 255, None),)),
        (b"\x09a=b", (("a", "b"),)),  # claims more than there is
        (b"\1k" * 200, (("k", None),) * 64),
    ],
)
def test_txt_strings_are_read_whatever_they_hold(
    text: bytes, expected: tuple[tuple[str, str | None], ...]
) -> None:
    assert [found.txt for found in parse(answer(record(16, text))).records] == [expected]


# What is broken or hostile


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 11,
        HEAD + b"\xff\xff" + bytes(4),
        b"\0\0\0\0" + b"\xff\xff" * 4,
        b"\0\0\0\0\xff\xff" + bytes(6),
        answer(b"\xc0\x0c" + bytes(10)),  # a name that points to itself
        answer(b"\xff\xff" + bytes(10)),  # a name that points behind the end
        answer(b"\x50" + bytes(20)),  # no such kind of label
        answer(b"\x3fshort"),
        answer(*[(0xC000 | (14 + 2 * n)).to_bytes(2) for n in range(4_000)]),
        bytes(70_000),
    ],
    ids=[
        "empty", "short", "65535 answers", "65535 of all", "65535 questions", "self pointer",
        "far pointer", "label kind", "label overrun", "4000 pointers", "oversize",
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedError):
        parse(data)


@pytest.mark.parametrize(
    "broken",
    [
        record(12, b"\xc0\x0c", length=1),  # length lies: shorter
        record(1, b"\1\2\3"),  # an address of three bytes
        record(28, b"\1\2\3\4"),
        record(12, b"\xc0\x0c", name=b"\1y\0"),
        record(47, b"\0\0\x40\0"),  # a type bitmap that claims too much
        record(33, b"\0\0\0"),
        record(16, b"\1a", length=60_000),  # length lies: longer than the packet
    ],
)
def test_a_broken_record_does_not_cost_the_one_before_it(broken: bytes) -> None:
    message = parse(answer(record(16, b"\3a=b"), broken))

    assert message.records[0].txt == (("a", "b"),)


def test_a_record_that_was_left_out_is_noted() -> None:
    assert parse(answer(record(16, b"\3a=b"), record(33, b"\0"))).problems == ("skipped-record",)


def test_a_count_that_lies_is_noted_and_the_records_kept() -> None:
    message = parse(answer(record(16, b"\3a=b"), stated=60_000))

    assert len(message.records) == 1
    assert message.problems == ("skipped-record", "broken-message")


def test_a_flood_of_records_is_cut() -> None:
    message = parse(answer(*[record(16, b"\3a=b")] * 3_000))

    assert len(message.records) == 128
    assert message.problems == ("too-many-records",)


def test_a_goodbye_is_read_as_said() -> None:
    assert parse(build_response([replace(RECORDS[0], ttl=0)])).records[0].ttl == 0


def test_an_empty_answer_says_nothing_and_is_no_fault() -> None:
    assert parse(HEAD + bytes(6)) == Message(0, True, (), ())


# Laws


_LABEL = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="."),
    min_size=1,
    max_size=12,
)
_NAME = _LABEL.map(lambda label: f"{label}.{TYPE}")
# A byte order mark at the start of a text is no part of it (wire.text).
_VALUE = st.text(max_size=20).filter(lambda text: not text.startswith("\ufeff"))
_TXT = st.lists(
    st.tuples(_LABEL.filter(lambda key: "=" not in key), st.none() | _VALUE),
    max_size=4,
).map(tuple)
_TTL = st.integers(0, 4_500)
_RECORD = st.one_of(
    st.builds(Record, _NAME, st.just(RecordType.PTR), _TTL, target=_NAME),
    st.builds(
        Record, _NAME, st.just(RecordType.SRV), _TTL, target=_NAME, port=st.integers(0, 65_535)
    ),
    st.builds(Record, _NAME, st.just(RecordType.TXT), _TTL, txt=_TXT),
    st.builds(Record, _NAME, st.just(RecordType.A), _TTL, address=st.ip_addresses(v=4).map(str)),
    st.builds(Record, _NAME, st.just(RecordType.AAAA), _TTL, address=st.ip_addresses(v=6).map(str)),
)


@given(st.lists(_RECORD, max_size=6))
def test_what_is_built_reads_back(records: list[Record]) -> None:
    assert parse(build_response(records)).records == tuple(records)


@pytest.mark.fuzz
def test_an_answer_cut_anywhere_keeps_whole_records() -> None:
    for cut in range(len(ANSWER)):
        try:
            known = parse(ANSWER[:cut]).records
        except MalformedError:
            continue
        assert known == RECORDS[: len(known)]


@pytest.mark.fuzz
@given(st.integers(0, len(ANSWER)), st.binary(max_size=80))
def test_a_cut_answer_with_junk_raises_nothing_else(cut: int, junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        services(parse(ANSWER[:cut] + junk))


@pytest.mark.fuzz
@given(st.binary(max_size=300), st.integers(0, 6), st.integers(0, 6))
def test_any_bytes_raise_nothing_else(data: bytes, questions: int, answers: int) -> None:
    head = b"\0\0\x84\0" + questions.to_bytes(2) + answers.to_bytes(2) + bytes(4)
    with contextlib.suppress(MalformedError):
        services(parse(head + data))
