"""Which cryptography this machine allows, and what that means for cameras with old TLS."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camcensus.census.machine.check import Check, Level, read_number, read_words
from camcensus.net.old_devices import TlsAbility, tls_ability

_POLICY = "etc/crypto-policies/config"
_POLICY_OPENSSL = "etc/crypto-policies/back-ends/opensslcnf.config"  # openssl.cnf includes it
_SETTING = re.compile(r"^\s*(?:TLS\.)?(MinProtocol|CipherString)\s*=\s*(\S+)", re.MULTILINE)
_LEVEL = re.compile(r"@SECLEVEL=(\d)")
_OLD = ("TLS 1.0", "TLS 1.1")
_HOME = Path("/")


@dataclass(frozen=True, slots=True)
class TlsPolicy:
    """What OpenSSL's configuration asks of every program; "" and `None` where it asks nothing."""

    minimum: str = ""  # "TLSv1.2"
    level: int | None = None


def read_policy(text: str) -> TlsPolicy:
    """The policy in a file of the form of openssl.cnf; of several words the last holds."""
    found = dict(_SETTING.findall(text))
    level = _LEVEL.search(found.get("CipherString", ""))
    return TlsPolicy(found.get("MinProtocol", "")[:20], int(level[1]) if level else None)


def secrecy(root: Path = _HOME, able: TlsAbility | None = None) -> Iterator[Check]:
    """FIPS mode, the system's policy, and what a sweep can speak all the same."""
    able = able or tls_ability()
    yield _fips(root)
    yield _policy(root, able)
    yield _old_tls(able)


def _fips(root: Path) -> Check:
    on = bool(read_number(root / "proc/sys/crypto/fips_enabled"))
    if not on:
        return Check(
            Level.GOOD, "FIPS mode", "off",
            means="nothing is held back: old certificates are read, icons compared by MD5 too",
        )  # fmt: skip
    return Check(
        Level.NOTE, "FIPS mode", f"on; MD5 can{'' if _has_md5() else 'not'} be had for comparing",
        "no need to leave FIPS mode; for a census of old cameras a machine without it sees more",
        means="TLS 1.0 and 1.1 are not spoken: of cameras that know nothing newer the certificate "
        "is read, and not what their web pages say. MD5 is used for nothing but to compare the "
        "icons of web pages; without it that one sign is missing",
    )  # fmt: skip


def _has_md5() -> bool:
    try:
        hashlib.md5(b"", usedforsecurity=False)
    except ValueError:
        return False
    return True


def _policy(root: Path, able: TlsAbility) -> Check:
    name = " ".join(
        line.strip() for line in read_words(root / _POLICY).splitlines() if not line.startswith("#")
    ).strip()[:60]
    files = [root / _POLICY_OPENSSL] if name else []
    files += [able.configuration] if able.configuration else []
    policies = [read_policy(read_words(path)) for path in files]
    minimum = next((one.minimum for one in policies if one.minimum), "")
    level = next((one.level for one in policies if one.level is not None), None)
    said = [
        *([f"the crypto policy of this system is {name}"] if name else []),
        *([f"at least {minimum}"] if minimum else []),
        *([f"security level {level}"] if level is not None else []),
    ]
    return Check(
        Level.GOOD, "crypto policy",
        ", ".join(said) or "the system sets none for all programs; OpenSSL's own holds",
        means="it binds programs that do not choose for themselves. A sweep does: it reads devices "
        "of any age, and keeps to TLS 1.2 or newer where it carries your ONVIF login",
    )  # fmt: skip


def _old_tls(able: TlsAbility) -> Check:
    spoken = ", ".join(able.versions) or "no TLS at all"
    text = f"{able.library} speaks {spoken} at security level {able.level}"
    if able.level == 0 and set(_OLD) <= set(able.versions):
        return Check(
            Level.GOOD, "cryptography", text,
            means="web pages and certificates of old cameras can be read; they are never trusted",
        )  # fmt: skip
    return Check(
        Level.NOTE, "cryptography", text,
        "nothing to loosen here: most such cameras say the same over plain HTTP. Else sweep from a "
        "machine whose OpenSSL speaks TLS 1.0 at security level 0",
        means="cameras that know only older TLS show their certificate, which is read, but not "
        "their web pages",
    )  # fmt: skip
