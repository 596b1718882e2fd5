"""XML as devices send it: hostile or broken, read without entities, DTD, files or network."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camcensus.wire import MalformedError
from camcensus.wire.text import decode

if TYPE_CHECKING:
    from lxml.etree import XMLParser, _Element

XML_LIMIT = 65536  # bytes; also the largest UDP datagram
_DEPTH_LIMIT = 64
_DECLARATION = re.compile(r"<\?xml\b([^>]{0,200})>")
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document; `problems` says what had to be overlooked to read it."""

    root: "_Element"
    problems: tuple[str, ...] = ()


def parse(data: bytes) -> "_Element":
    """The root element; `MalformedError` for anything that is no XML or is refused."""
    return read(data).root


def read(data: bytes) -> Document:
    """Parse strictly, then forgivingly: an undeclared prefix must not lose a camera's name."""
    from lxml import etree

    if len(data) > XML_LIMIT:
        raise MalformedError("xml-refused:size")
    body = _clean(data)
    try:
        document = Document(etree.fromstring(body, _parser(recover=False)))
    except etree.XMLSyntaxError as error:
        if "depth" in str(error).lower():
            raise MalformedError("xml-depth") from None
        document = Document(_recover(body), ("xml-not-well-formed",))
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise MalformedError("not xml") from error
    _bound_depth(document.root)
    return document


def _clean(data: bytes) -> bytes:
    """UTF-8 without declaration: what a device declares is often not what it sends."""
    text = _decode(data).strip("\0 \t\r\n\ufeff")
    if not text.startswith("<"):
        raise MalformedError("not xml")
    if _DOCTYPE.search(text):
        raise MalformedError("xml-refused:dtd")
    text = _DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    return _ILLEGAL.sub("\ufffd", text.lstrip()).encode()


def _decode(data: bytes) -> str:
    """The text; UTF-16 is known by its byte order mark or by the zeros beside `<`."""
    if data.startswith((b"\xff\xfe", b"<\0")):
        return data.decode("utf-16-le", errors="replace")
    if data.startswith((b"\xfe\xff", b"\0<")):
        return data.decode("utf-16-be", errors="replace")
    declared = _ENCODING.search(data[:200].decode("latin-1"))
    name = declared.group(1) if declared else None
    return decode(data, None if name is None or name.lower().startswith("utf") else name)


def _parser(*, recover: bool) -> "XMLParser":
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _recover(body: bytes) -> "_Element":
    from lxml import etree

    try:
        root = etree.fromstring(body, _parser(recover=True))
    except (etree.LxmlError, ValueError, RecursionError) as error:
        raise MalformedError("not xml") from error
    if root is None:
        raise MalformedError("not xml")
    return root


def _bound_depth(root: "_Element") -> None:
    level = [root]
    for _ in range(_DEPTH_LIMIT):
        level = [child for element in level for child in element]
        if not level:
            return
    raise MalformedError("xml-depth")


def local_name(element: "_Element") -> str:
    """The name without namespace or prefix, whether or not the prefix was declared."""
    tag = element.tag
    return str(tag).rpartition("}")[2].rpartition(":")[2]


def text_of(element: "_Element | None") -> str:
    """All text inside, stripped; empty if there is no such element."""
    return "" if element is None else "".join(map(str, element.itertext())).strip()


def descendants(element: "_Element", name: str) -> Iterator["_Element"]:
    """Every element below (or this one) of that local name, in document order."""
    return (found for found in element.iter() if local_name(found) == name)


def child(element: "_Element | None", name: str) -> "_Element | None":
    """The first direct child of that local name."""
    if element is None:
        return None
    return next((found for found in element if local_name(found) == name), None)
