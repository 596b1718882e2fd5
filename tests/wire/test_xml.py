import pytest
from hypothesis import given
from hypothesis import strategies as st

from camcensus.wire import MalformedError
from camcensus.wire.xml import child, descendants, local_name, parse, read, text_of

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">'
    b"]><lolz>&b;</lolz>"
)


@pytest.mark.parametrize(
    ("data", "label"),
    [
        (BOMB, "xml-refused:dtd"),
        (b'<!DOCTYPE a SYSTEM "http://198.18.9.9/x"><a/>', "xml-refused:dtd"),
        (b'<!doctype a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]><a/>', "xml-refused:dtd"),
        (BOMB.decode().encode("utf-16"), "xml-refused:dtd"),
        (BOMB.decode().encode("utf-16-be"), "xml-refused:dtd"),
        (b"<a>" * 3_000, "xml-depth"),
        (b"<a>" * 100 + b"</a>" * 100, "xml-depth"),
        (b"<a>" + b"x" * 65_536 + b"</a>", "xml-refused:size"),
        (b"", "not xml"),
        (b"\0\0\0", "not xml"),
        (b"HTTP/1.1 200 OK\r\n\r\n<a/>", "not xml"),
        (b"\x1f\x8b\x08\x00<a/>", "not xml"),
        (b"<", "not xml"),
    ],
)
def test_what_is_hostile_or_no_xml_is_refused_by_name(data: bytes, label: str) -> None:
    with pytest.raises(MalformedError, match=label):
        parse(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<a>x</a>", "x"),
        (b'\n\n <?xml version="1.0" encoding="utf-8"?>\n<a>x</a>\0\0', "x"),
        (b"\xef\xbb\xbf<a>x</a>", "x"),
        ("<a>海康</a>".encode("utf-16"), "海康"),
        ('<?xml version="1.0" encoding="utf-8"?><a>x</a>'.encode("utf-16-le"), "x"),
        ('<?xml version="1.0" encoding="gb2312"?><a>海康</a>'.encode("gbk"), "海康"),
        ('<?xml version="1.0" encoding="utf-8"?><a>海康</a>'.encode("gbk"), "海康"),
        (b'<?xml version="1.0" encoding="utf-7"?><a>+ADw-</a>', "+ADw-"),
        (b'<?xml version="1.0" encoding="ebcdic-cp-us"?><a>x</a>', "x"),
        (b"<a>one\x01two</a>", "one\ufffdtwo"),
        (b"<a><![CDATA[" + b"x" * 60_000 + b"]]></a>", "x" * 60_000),
    ],
)
def test_odd_encodings_are_read(data: bytes, expected: str) -> None:
    assert text_of(parse(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<d:a><d:b>x</d:b></d:a>", "x"),  # nobody declared the prefix
        (b"<a><b>R&D camera</b></a>", "R"),
        (b"<a><b>x</b>", "x"),  # cut
        (b"<a><b>x</b></a><a><b>y</b></a>", "x"),  # two roots
        (b"<a><b>x</b></a>trailing", "x"),
        (b"<a><b q='1' q='2'>x</b></a>", "x"),
    ],
)
def test_broken_xml_gives_what_can_be_had_and_says_so(data: bytes, expected: str) -> None:
    document = read(data)

    assert document.problems == ("xml-not-well-formed",)
    assert text_of(child(document.root, "b")).startswith(expected)


def test_an_unknown_entity_is_not_resolved_and_costs_no_neighbour() -> None:
    root = parse(b"<a><b>&nbsp;</b><c>x</c></a>")

    assert text_of(child(root, "c")) == "x"


def test_comments_and_instructions_are_no_elements() -> None:
    root = parse(b"<a><!-- <b>no</b> --><?php b?><b>yes</b></a>")

    assert [text_of(found) for found in descendants(root, "b")] == ["yes"]


@pytest.mark.parametrize("data", [b'<p:a xmlns:p="u"/>', b'<a xmlns="u"/>', b"<p:a/>", b"<a/>"])
def test_local_name_knows_no_prefix(data: bytes) -> None:
    assert local_name(parse(data)) == "a"


def test_thousands_of_attributes_are_read() -> None:
    attributes = b" ".join(b"a%d=''" % number for number in range(6_000))

    assert local_name(parse(b"<a " + attributes + b"/>")) == "a"


@pytest.mark.fuzz
@given(st.binary(max_size=300), st.sampled_from([b"", b"<a>", b"<a b='", b"\xff\xfe", b"<?xml "]))
def test_only_malformed_error_gets_out(junk: bytes, start: bytes) -> None:
    try:
        root = parse(start + junk)
    except MalformedError:
        return
    text_of(root).encode()
