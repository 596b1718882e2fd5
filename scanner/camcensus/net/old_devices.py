"""TLS with devices that are older than today's rules for it: what is asked for, what can be had."""

import ssl
import warnings
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_LEGACY_SERVER_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, named from Python 3.12 on
_VERSIONS = ("TLSv1", "TLSv1_1", "TLSv1_2", "TLSv1_3")


@cache
def reading_context(*, careful: bool) -> ssl.SSLContext:
    """Speaks with old devices too: reads, never trusts, never carries a secret (docs/safety.md).

    What does carry one is `careful`: today's versions and ciphers, whoever made the certificate.
    """
    return _new_context(careful=careful)


def _new_context(*, careful: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if careful:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _LEGACY_SERVER_CONNECT
    try:
        context.set_ciphers("ALL:@SECLEVEL=0")
    except ssl.SSLError:  # a crypto policy of this machine forbids it: newer devices still answer
        context.set_ciphers("DEFAULT")
    return context


@dataclass(frozen=True, slots=True)
class TlsAbility:
    """What a sweep from this machine can speak, whatever the system's policy says."""

    library: str  # "OpenSSL 3.0.19"
    versions: tuple[str, ...]  # "TLS 1.0", oldest first
    level: int  # OpenSSL's security level; old devices need 0
    configuration: Path | None  # the file that OpenSSL reads the system's policy from


def tls_ability() -> TlsAbility:
    """Tried in memory: which versions OpenSSL begins a handshake in; nothing is sent."""
    library = " ".join(ssl.OPENSSL_VERSION.split()[:2])
    versions = tuple(
        name.replace("v", " ").replace("_", ".") for name in _VERSIONS if _speaks(name)
    )
    shown = tuple(name if "." in name else f"{name}.0" for name in versions)
    authorities = ssl.get_default_verify_paths().openssl_cafile
    configuration = Path(authorities).parent / "openssl.cnf" if authorities else None
    level = reading_context(careful=False).security_level
    return TlsAbility(library, shown, level, configuration)


def _speaks(version: str) -> bool:
    context = _new_context(careful=False)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = ssl.TLSVersion[version]
        context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO()).do_handshake()
    except ssl.SSLWantReadError:  # it said hello, and waits for the answer
        return True
    except (ssl.SSLError, ValueError):
        return False
    return False
