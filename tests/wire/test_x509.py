import contextlib
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID, ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.der import read_certificate
from camcensus.wire.x509 import Certificate, parse_certificate

KEY = ec.generate_private_key(ec.SECP256R1())
Pairs = Sequence[tuple[ObjectIdentifier, str]]
RECORDER: Pairs = (
    (NameOID.COUNTRY_NAME, "CN"),
    (NameOID.STATE_OR_PROVINCE_NAME, "ZheJiang"),
    (NameOID.LOCALITY_NAME, "HangZhou"),
    (NameOID.ORGANIZATION_NAME, "EXAMPLE"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "DVRNVR"),
    (NameOID.COMMON_NAME, "www.example.com"),
)
MAKER: Pairs = (
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "ST-VS"),
    (NameOID.COMMON_NAME, "00-07-5f-11-11-11"),
    (NameOID.SERIAL_NUMBER, "404754734001050102"),
    (NameOID.EMAIL_ADDRESS, "it@example.com"),
)
SUBJECT = "CN=www.example.com,OU=DVRNVR,O=EXAMPLE,L=HangZhou,ST=ZheJiang,C=CN"
ISSUER = "emailAddress=it@example.com,SERIALNUMBER=404754734001050102,CN=00-07-5f-11-11-11,OU=ST-VS"
START, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def certificate(
    subject: Pairs = RECORDER, issuer: Pairs = MAKER, names: Sequence[x509.GeneralName] = ()
) -> bytes:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in subject]))
        .issuer_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in issuer]))
        .public_key(KEY.public_key())
        .serial_number(0x1234ABCD)
        .not_valid_before(START)
        .not_valid_after(END)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


DER = certificate(
    names=[
        x509.DNSName("camera.local"),
        x509.IPAddress(ip_address("198.18.0.9")),
        x509.IPAddress(ip_address("fe80::9")),
        x509.UniformResourceIdentifier("http://198.18.0.9/"),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "d")])),
        x509.RegisteredID(NameOID.COMMON_NAME),
    ]
)
SAN = ("camera.local", "198.18.0.9", "fe80::9", "http://198.18.0.9/", "CN=d")


def test_a_certificate_gives_every_part() -> None:
    assert parse_certificate(DER) == Certificate(
        subject=SUBJECT,
        issuer=ISSUER,
        san=SAN,
        sha256=hashlib.sha256(DER).hexdigest(),
        serial="1234abcd",
        not_before=START,
        not_after=END,
    )


def test_a_nul_in_a_name_is_shown() -> None:
    der = certificate([(NameOID.COMMON_NAME, "cam\0.evil")])

    assert parse_certificate(der).subject == r"CN=cam\00.evil"


def test_of_ten_thousand_alternative_names_sixty_four_are_kept() -> None:
    der = certificate(names=[x509.DNSName(f"host-{number}") for number in range(10_000)])
    parsed = parse_certificate(der)

    assert parsed.san == tuple(f"host-{number}" for number in range(64))
    assert parsed.subject == SUBJECT


def test_an_endless_name_is_cut() -> None:
    der = certificate([(NameOID.ORGANIZATIONAL_UNIT_NAME, "y" * 64)] * 40)

    assert len(parse_certificate(der).subject) == 1_024


SERIAL = b"\x02\x04\x12\x34\xab\xcd"
VERSION = b"\xa0\x03\x02\x01\x02"
NAME = b"\x0c\x07EXAMPLE"


@pytest.mark.parametrize(
    ("of", "by", "subject"),
    [
        (SERIAL, b"\x02\x04\x00\x00\x00\x00", SUBJECT),
        (SERIAL, b"\x02\x04\xff\x34\xab\xcd", SUBJECT),
        (VERSION, b"\xa0\x03\x02\x01\x01", SUBJECT),
        (VERSION, b"\xa0\x03\x02\x01\x09", SUBJECT),
        (b"700101", b"701399", SUBJECT),
        (NAME, b"\x0c\x07EXA\xff\xfeLE", SUBJECT.replace("EXAMPLE", "EXA\xff\xfeLE")),
        (NAME, b"\x13\x07EXAMP*E", SUBJECT.replace("EXAMPLE", "EXAMP*E")),
        (NAME, b"\x13\x07EXA\0PLE", SUBJECT.replace("EXAMPLE", r"EXA\00PLE")),
        (NAME, b"\x14\x07EXAMPL\xc9", SUBJECT.replace("EXAMPLE", "EXAMPLÉ")),
        (NAME, b"\x14\x07" + "海康x".encode("gbk") + b"yz", None),
        (NAME, b"\x1e\x07EXAMPLE", None),
        (NAME, b"\x02\x07EXAMPLE", SUBJECT),
        (b"\x55\x04\x0a", b"\x55\x84\x8a", None),
    ],
)
def test_a_broken_rule_does_not_cost_the_names(of: bytes, by: bytes, subject: str | None) -> None:
    assert DER.count(of) >= 1
    parsed = parse_certificate(DER.replace(of, by))

    assert parsed.issuer == ISSUER
    assert parsed.san == SAN
    if subject is None:
        assert parsed.subject.startswith("CN=www.example.com,OU=DVRNVR,")
    else:
        assert parsed.subject == subject


def test_what_stands_behind_a_certificate_is_not_part_of_it() -> None:
    assert parse_certificate(DER + b"junk") == parse_certificate(DER)


def test_a_certificate_cut_after_its_names_gives_them_without_hash() -> None:
    parsed = parse_certificate(DER[: DER.index(NAME) + 60])

    assert (parsed.issuer, parsed.sha256) == (ISSUER, "")
    assert parsed.subject.startswith("CN=www.example.com")


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30",
        b"\x30\x82\xff\xff",
        b"\x30\x80\x30\x80",
        b"\x30\x05\x30\x03\x02\x01\x01",
        b"-----BEGIN CERTIFICATE-----",
        b"HTTP/1.1 200 OK\r\n\r\n",
        pytest.param(DER[:20], id="cut"),
        bytes(300_000),
    ],
)
def test_what_is_no_certificate_is_malformed(der: bytes) -> None:
    with pytest.raises(MalformedError):
        parse_certificate(der)


# Laws


_VALUE = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
_OIDS = st.sampled_from([
    NameOID.COMMON_NAME,
    NameOID.ORGANIZATION_NAME,
    NameOID.ORGANIZATIONAL_UNIT_NAME,
    NameOID.LOCALITY_NAME,
    NameOID.TITLE,
    NameOID.DOMAIN_COMPONENT,
    NameOID.STREET_ADDRESS,
])  # fmt: skip


@given(st.lists(st.tuples(_OIDS, _VALUE), min_size=1, max_size=4))
def test_reading_by_position_agrees_with_reading_by_the_book(pairs: Pairs) -> None:
    der = certificate(subject=pairs)

    assert read_certificate(der).subject[:1_024] == parse_certificate(der).subject


@pytest.mark.fuzz
def test_a_certificate_cut_anywhere_raises_nothing_else() -> None:
    for cut in range(len(DER)):
        with contextlib.suppress(MalformedError):
            assert parse_certificate(DER[:cut]).sha256 == ""


@pytest.mark.fuzz
@given(st.integers(0, len(DER)), st.binary(max_size=80))
def test_a_cut_certificate_with_junk_raises_nothing_else(cut: int, junk: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse_certificate(DER[:cut] + junk)


@pytest.mark.fuzz
@given(st.lists(st.tuples(st.integers(0, len(DER) - 1), st.integers(0, 255)), max_size=8))
def test_a_certificate_with_changed_bytes_raises_nothing_else(
    changes: list[tuple[int, int]],
) -> None:
    data = bytearray(DER)
    for at, value in changes:
        data[at] = value
    with contextlib.suppress(MalformedError):
        parse_certificate(bytes(data)).subject.encode()


@pytest.mark.fuzz
@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_else(data: bytes) -> None:
    with contextlib.suppress(MalformedError):
        parse_certificate(b"\x30\x7f\x30\x7d" + data)
