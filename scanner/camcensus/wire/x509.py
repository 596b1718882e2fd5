"""Certificates: who they say they are, each part on its own, none of it believed."""

import hashlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from camcensus.wire import MalformedError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Decoded
    from cryptography.x509 import GeneralName, Name

CERTIFICATE_LIMIT = 65536  # bytes
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
    """The certificate in these bytes; `MalformedError` if there is none."""
    from cryptography import x509

    if len(der) > CERTIFICATE_LIMIT:
        raise MalformedError(f"a certificate of {len(der)} bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old devices: negative serials, odd versions
        try:
            decoded = x509.load_der_x509_certificate(der)
        except Exception as error:  # a Rust core: its faults have many types
            raise MalformedError("not a certificate") from error
        return Certificate(
            subject=_part(lambda: _name(decoded.subject), ""),
            issuer=_part(lambda: _name(decoded.issuer), ""),
            san=_part(lambda: _alternatives(decoded), ()),
            sha256=hashlib.sha256(der).hexdigest(),
            serial=_part(lambda: f"{decoded.serial_number:x}", ""),
            not_before=_part(lambda: decoded.not_valid_before_utc, None),
            not_after=_part(lambda: decoded.not_valid_after_utc, None),
        )


def _part(read: Callable[[], T], missing: T) -> T:
    """One part, or `missing`: a broken name must not cost the others."""
    try:
        return read()
    except Exception:  # noqa: BLE001 - a Rust core; its faults have many types
        return missing


def _name(name: "Name") -> str:
    from cryptography.x509.oid import NameOID

    text = name.rfc4514_string(
        {NameOID.EMAIL_ADDRESS: "emailAddress", NameOID.SERIAL_NUMBER: "SERIALNUMBER"}
    )
    return text.replace("\0", "\\00")[:NAME_KEPT]


def _alternatives(decoded: "Decoded") -> tuple[str, ...]:
    from cryptography.x509 import SubjectAlternativeName

    extension = decoded.extensions.get_extension_for_class(SubjectAlternativeName)
    shown: list[str] = []
    for name in extension.value:
        shown.append(_alternative(name))
        if len(shown) == NAMES_KEPT:
            break
    return tuple(text for text in shown if text)


def _alternative(name: "GeneralName") -> str:
    from cryptography.x509 import DirectoryName

    value = _name(name.value) if isinstance(name, DirectoryName) else str(name.value)
    return value.replace("\0", "\\00")[:NAME_KEPT]
