"""TLS as old firmware keeps it: ciphers that no library of today speaks, and a certificate."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

CIPHERS = {"3des": 0x000A, "rc4": 0x0004, "export": 0x0003}  # RFC 5246, A.5; RFC 4346, A.5
VERSIONS = {"ssl3": 0x0300, "1.0": 0x0301, "1.2": 0x0303}
_HANDSHAKE, _ALERT = 22, 21
_HANDSHAKE_FAILURE = 40
_RANDOM = b"camcensus lab, not random at all"
_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class OldTls:
    """Answers a hello that offers its one cipher with its flight, any other with an alert."""

    certificate: bytes
    at_most: str
    cipher: str

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: the flight, then the peer's close; no key exchange is understood."""
        ended = (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with suppress(*ended):
            async with asyncio.timeout(_PATIENCE_S):
                head = await reader.readexactly(5)
                if head[0] == _HANDSHAKE:
                    writer.write(self._answer(await reader.readexactly(int.from_bytes(head[3:]))))
                    await reader.read()
        writer.close()

    def _answer(self, hello: bytes) -> bytes:
        """To a ClientHello (RFC 5246, 7.4.1.2): type, length, version, random, session, suites."""
        suites = 39 + hello[38]
        length = int.from_bytes(hello[suites : suites + 2])
        offered = hello[suites + 2 : suites + 2 + length]
        wanted = CIPHERS[self.cipher]
        version = min(VERSIONS[self.at_most], int.from_bytes(hello[4:6]))
        if wanted not in {int.from_bytes(offered[at : at + 2]) for at in range(0, length, 2)}:
            return _record(_ALERT, version, bytes([2, _HANDSHAKE_FAILURE]))
        says = version.to_bytes(2) + _RANDOM + b"\0" + wanted.to_bytes(2) + b"\0"
        chain = len(self.certificate).to_bytes(3) + self.certificate
        flight = (
            _message(2, says) + _message(11, len(chain).to_bytes(3) + chain) + _message(14, b"")
        )
        return _record(_HANDSHAKE, version, flight)


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3) + body


def _record(kind: int, version: int, body: bytes) -> bytes:
    return bytes([kind]) + version.to_bytes(2) + len(body).to_bytes(2) + body
