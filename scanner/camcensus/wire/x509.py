"""Certificates: who they say they are, each part on its own, none of it believed."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from camcensus.wire import MalformedError
from camcensus.wire.der import Stated, read_certificate

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Decoded
    from cryptography.x509 import GeneralName, Name

CERTIFICATE_LIMIT = 262144  # bytes; thousands of alternative names still leave the subject
NAMES_KEPT = 64
NAME_KEPT = 1024  # characters

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate states; an empty or `None` part could not be read.

    Names are RFC 4514 text, most specific part first; hash and serial are lower-case hex.
    """

    subject: str
    issuer: str
    san: tuple[str, ...]
    sha256: str
    serial: str
    not_before: datetime | None
    not_after: datetime | None


def parse_certificate(der: bytes) -> Certificate:
    """The certificate in these bytes; `MalformedError` if there is none.

    What the strict reader refuses is read by position instead; a cut one has no hash.
    """
    if len(der) > CERTIFICATE_LIMIT:
        raise MalformedError(f"a certificate of {len(der)} bytes")
    stated = read_certificate(der)
    whole = None if stated.length is None else der[: stated.length]
    subject, issuer, san = _strict(whole, stated)
    return Certificate(
        subject=subject[:NAME_KEPT],
        issuer=issuer[:NAME_KEPT],
        san=tuple(name[:NAME_KEPT] for name in san if name)[:NAMES_KEPT],
        sha256="" if whole is None else hashlib.sha256(whole).hexdigest(),
        serial=stated.serial,
        not_before=stated.not_before,
        not_after=stated.not_after,
    )


def _strict(whole: bytes | None, stated: Stated) -> tuple[str, str, tuple[str, ...]]:
    """Subject, issuer and alternative names by the book where the certificate keeps to it."""
    from cryptography import x509

    if whole is None:
        return stated.subject, stated.issuer, stated.san
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old devices: negative serials, wrong country codes
        try:
            decoded = x509.load_der_x509_certificate(whole)
        except Exception:  # noqa: BLE001 - a Rust core; its faults have many types
            return stated.subject, stated.issuer, stated.san
        return (
            _or(lambda: _name(decoded.subject), stated.subject),
            _or(lambda: _name(decoded.issuer), stated.issuer),
            _or(lambda: _alternatives(decoded), stated.san),
        )


def _or(read: Callable[[], T], stated: T) -> T:
    """One part by the book, or as it was found by position."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - a Rust core; its faults have many types
        return stated


def _name(name: "Name") -> str:
    from cryptography.x509.oid import NameOID

    return name.rfc4514_string(
        {NameOID.EMAIL_ADDRESS: "emailAddress", NameOID.SERIAL_NUMBER: "SERIALNUMBER"}
    )


def _alternatives(decoded: "Decoded") -> tuple[str, ...]:
    from cryptography.x509 import SubjectAlternativeName

    extension = decoded.extensions.get_extension_for_class(SubjectAlternativeName)
    return tuple(_alternative(name) for name in extension.value)


def _alternative(name: "GeneralName") -> str:
    """The name as text; kinds that name no host or holder are left out."""
    from cryptography import x509

    if isinstance(name, x509.DirectoryName):
        return _name(name.value)
    if isinstance(name, x509.OtherName | x509.RegisteredID):
        return ""
    return str(name.value).replace("\0", "\\00")
