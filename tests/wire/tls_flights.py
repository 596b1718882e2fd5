"""TLS flights: built by the letter of RFC 5246 and RFC 6101, and recorded from real servers."""

from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding


def record(kind: int, version: int, body: bytes) -> bytes:
    """One record of the record layer."""
    return bytes([kind]) + version.to_bytes(2) + len(body).to_bytes(2) + body


def handshake(kind: int, body: bytes) -> bytes:
    """One handshake message."""
    return bytes([kind]) + len(body).to_bytes(3) + body


def hello(version: int, suite: int) -> bytes:
    """A ServerHello with a session id of eight bytes."""
    return handshake(
        2, version.to_bytes(2) + b"R" * 32 + b"\x08sessions" + suite.to_bytes(2) + b"\x00"
    )


def certificate(*chain: bytes) -> bytes:
    """A Certificate message, leaf first."""
    entries = b"".join(len(one).to_bytes(3) + one for one in chain)
    return handshake(11, len(entries).to_bytes(3) + entries)


def alert(level: int, code: int) -> bytes:
    """1 warns, 2 is fatal."""
    return record(21, 0x0301, bytes([level, code]))


def flight(version: int, suite: int, *chain: bytes) -> bytes:
    """What a server says before keys are made, in records of at most 16 KiB."""
    body = hello(version, suite) + certificate(*chain) + handshake(14, b"")
    pieces = [body[at : at + 16384] for at in range(0, len(body), 16384)]
    return b"".join(record(22, version, piece) for piece in pieces)


def made(subject: str, names: int = 0) -> bytes:
    """A certificate as DER, made by a library that the reader under test is not."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name.from_rfc4514_string(subject)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime(1970, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(9999, 12, 31, tzinfo=UTC))
    )
    if names:
        san = [x509.DNSName(f"host-{number:05}.example") for number in range(names)]
        builder = builder.add_extension(x509.SubjectAlternativeName(san), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True)
class Captured:
    """What a real server answered to our hello, and what that is."""

    data: bytes
    offer: str
    subject: str


SUBJECT = "CN=EX-1200-0002D1AABBCC"
# gnutls-serv 3.7.9 (--priority with ARCFOUR-128, MD5 and TLS 1.0 alone) and tlslite-ng 0.8.2
# (minVersion and maxVersion 3.0, cipherNames 3des), with a certificate made for this.
CAPTURED = {
    "gnutls, TLS 1.0 with RC4 alone": Captured(
        b64decode(
            "FgMBAEoCAABGAwEBgkiUtja1jecWBMlIONmJT98PT/Yy5F1tz2vXAerVwyBMZwc1LEDfteLeFx4c8qJa2SXw"
            "4Sz3JrlcjFO3Cx/i2gAEABYDAQJ2CwACcgACbwACbDCCAmgwggHRoAMCAQICFFdldM+7bG7TcKthVT3RXaBS"
            "Lw3xMA0GCSqGSIb3DQEBCwUAMEUxCzAJBgNVBAYTAlRXMRcwFQYDVQQKDA5FeGFtcGxlIE9wdGljczEdMBsG"
            "A1UEAwwURVgtMTIwMC0wMDAyRDFBQUJCQ0MwIBcNMjYxMTI0MDE1MzE5WhgPMjA1MTA3MTYwMTUzMTlaMEUx"
            "CzAJBgNVBAYTAlRXMRcwFQYDVQQKDA5FeGFtcGxlIE9wdGljczEdMBsGA1UEAwwURVgtMTIwMC0wMDAyRDFB"
            "QUJCQ0MwgZ8wDQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBANh6CmfIs9mqDvC+inle8SMX0+e+8nWDpmqNRgbj"
            "6z6ecwleQKdnebEP1DJ4m2zx20RVK3q3w6cggsedp1t1cAYxXUolETa8NKiHtLXkEGfah0uMdASxcq/CxDd+"
            "ktY9cmm5W9UHWG46rtMKzntsn7uvDwEEghKk2G9TN5Gy1SFbAgMBAAGjUzBRMB0GA1UdDgQWBBR4JNC/da5l"
            "9DcmtCeMhiKO0+G64DAfBgNVHSMEGDAWgBR4JNC/da5l9DcmtCeMhiKO0+G64DAPBgNVHRMBAf8EBTADAQH/"
            "MA0GCSqGSIb3DQEBCwUAA4GBAHppHLwA0C7ZCsgcaoU/cqCDZ9K0gYMATNW5zOT3rKW1WzDwNIR0ZDWUv1rf"
            "sNdq/dSND5qUMQCD6wKY1dt9qaFPmLO/cmtdZ9UkT3poqsiHFJGsuV/qLDKkCq+iKqKQ2rj2rkbc5a1BfJjS"
            "EvFjZzOCKe8h/TpHMJzYGFni54XVFgMBAAoNAAAGAwECQAAAFgMBAAQOAAAA"
        ),
        "TLS 1.0 with RSA-RC4-MD5",
        SUBJECT,
    ),
    "tlslite-ng, SSL 3.0 with 3DES alone": Captured(
        b64decode(
            "FgMAACoCAAAmAwD+b9w0lTq6MMwRN3s51l+r8gzIJtUFYZdFjjJye6MVRQDAEgAWAwACdgsAAnIAAm8AAmww"
            "ggJoMIIB0aADAgECAhRXZXTPu2xu03CrYVU90V2gUi8N8TANBgkqhkiG9w0BAQsFADBFMQswCQYDVQQGEwJU"
            "VzEXMBUGA1UECgwORXhhbXBsZSBPcHRpY3MxHTAbBgNVBAMMFEVYLTEyMDAtMDAwMkQxQUFCQkNDMCAXDTI2"
            "MTEyNDAxNTMxOVoYDzIwNTEwNzE2MDE1MzE5WjBFMQswCQYDVQQGEwJUVzEXMBUGA1UECgwORXhhbXBsZSBP"
            "cHRpY3MxHTAbBgNVBAMMFEVYLTEyMDAtMDAwMkQxQUFCQkNDMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKB"
            "gQDYegpnyLPZqg7wvop5XvEjF9PnvvJ1g6ZqjUYG4+s+nnMJXkCnZ3mxD9QyeJts8dtEVSt6t8OnIILHnadb"
            "dXAGMV1KJRE2vDSoh7S15BBn2odLjHQEsXKvwsQ3fpLWPXJpuVvVB1huOq7TCs57bJ+7rw8BBIISpNhvUzeR"
            "stUhWwIDAQABo1MwUTAdBgNVHQ4EFgQUeCTQv3WuZfQ3JrQnjIYijtPhuuAwHwYDVR0jBBgwFoAUeCTQv3Wu"
            "ZfQ3JrQnjIYijtPhuuAwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOBgQB6aRy8ANAu2QrIHGqF"
            "P3Kgg2fStIGDAEzVuczk96yltVsw8DSEdGQ1lL9a37DXav3UjQ+alDEAg+sCmNXbfamhT5izv3JrXWfVJE96"
            "aKrIhxSRrLlf6iwypAqvoiqikNq49q5G3OWtQXyY0hLxY2czginvIf06RzCc2BhZ4ueF1RYDAADLDAAAxwMA"
            "F0EEx7Pww27iXnnuaHVAvDjsVJXb3RnYW2ns8lZxCqiquJXzrL0xMKeGL33yaFkM3wir3D5eV98d7iQmkmF8"
            "mCYo0gCAZoIa9EJwyGoRn609Jm5nPn9s+CehwaR6SN7nLl3AyHkK4dkcnbNYtXrq4vcO/yTtuRLayXkHiySv"
            "8wxIKlIDEaqNRz0l/4ZvJ1tDy0I8mWFSiwYAsTM/3Nbqd1d04HkpgjOw6pG1Ip/+mlRspRSEN3fr6x5JVBd+"
            "D4zJKBEMPIgWAwAABA4AAAA="
        ),
        "SSL 3.0 with ECDHE-RSA-3DES",
        SUBJECT,
    ),
}
