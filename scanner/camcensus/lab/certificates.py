"""Certificates of simulated devices, made when the estate starts; nothing is kept."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from camcensus.lab.estate import LabDevice
from camcensus.lab.personas import Certificate, TcpPort

_NAMES = {
    "SERIALNUMBER": x509.NameOID.SERIAL_NUMBER,
    "emailAddress": x509.NameOID.EMAIL_ADDRESS,
}
_BORN = datetime(2020, 1, 1, tzinfo=UTC)
_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "": ssl.TLSVersion.MAXIMUM_SUPPORTED,
}


@dataclass
class CertificateMaker:
    """Makes the TLS side of each port; one key serves all, every certificate is its own."""

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    def context(self, device: LabDevice, port: TcpPort) -> ssl.SSLContext | None:
        """What asyncio needs to serve the port, `None` if it speaks in the clear."""
        if port.tls is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = _VERSIONS[port.tls_at_most]
        context.set_ciphers("ALL:@SECLEVEL=0")
        with TemporaryDirectory(prefix="camcensus-lab-") as folder:
            path = Path(folder, "device.pem")
            path.write_bytes(self._pem(device, port.tls))
            context.load_cert_chain(path)
        return context

    def shown(self, device: LabDevice, wanted: Certificate) -> bytes:
        """The certificate alone, as DER."""
        return self._certificate(device, wanted).public_bytes(Encoding.DER)

    def _pem(self, device: LabDevice, wanted: Certificate) -> bytes:
        secret = self._key.private_bytes(
            Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
        )
        return secret + self._certificate(device, wanted).public_bytes(Encoding.PEM)

    def _certificate(self, device: LabDevice, wanted: Certificate) -> x509.Certificate:
        subject = _name(device.fill(wanted.subject))
        issuer = _name(device.fill(wanted.issuer)) if wanted.issuer else subject
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(self._key.public_key())
            .serial_number(wanted.serial * 2**64 + int(device.mac.replace(":", ""), 16))
            .not_valid_before(_BORN)
            .not_valid_after(_BORN + timedelta(days=wanted.days))
        )
        if wanted.san:
            names = [_general_name(device.fill(one)) for one in wanted.san]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(text, _NAMES)


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
