"""Inside the private network: answers that nobody's camera gave, from addresses that are not ours.

flood.py SECONDS MATCHES RECORDS: so many ProbeMatches with an endpoint of their own each, and so
many DNS records, spread over the seconds and over a hundred and fifty source addresses of the link.
"""

import socket
import struct
import sys
import time
from uuid import UUID

SCANNER, PORT = "198.18.0.1", 53702
SOURCES = [f"198.18.0.{last}" for last in range(100, 250)]
RECORDS_A_PACKET = 50
BURSTS_A_SECOND = 50
MATCH = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches>'
    "<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:%s</a:Address></a:EndpointReference>"
    "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
    "<d:Scopes>onvif://www.onvif.org/hardware/FAKE-%d</d:Scopes></d:ProbeMatch></d:ProbeMatches>"
    "</s:Body></s:Envelope>"
)


def frame(source: str, port: int, payload: bytes) -> bytes:
    """IP and UDP headers (RFC 791, RFC 768) and the payload; the kernel fills in the checksum."""
    udp = struct.pack("!HHHH", port, PORT, 8 + len(payload), 0) + payload
    return (
        struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0)
        + socket.inet_aton(source)
        + socket.inet_aton(SCANNER)
        + udp
    )


def match(number: int) -> bytes:
    """One ProbeMatch of a camera that is none."""
    return (MATCH % (UUID(int=number), number)).encode()


def records(number: int) -> bytes:
    """One packet of PTR records with names that no other packet has."""
    owner = b"\x05_http\x04_tcp\x05local\x00"
    packet = struct.pack("!HHHHHH", 0, 0x8400, 0, RECORDS_A_PACKET, 0, 0)
    for index in range(RECORDS_A_PACKET):
        label = b"fake-%08d" % (number * RECORDS_A_PACKET + index)
        name = bytes([len(label)]) + label + (owner if index == 0 else b"\xc0\x0c")
        packet += (owner if index == 0 else b"\xc0\x0c") + struct.pack(
            "!HHIH", 12, 1, 120, len(name)
        )
        packet += name
    return packet


def main() -> None:
    """Send until all is sent, or until killed."""
    seconds, matches, wanted = (int(word) for word in sys.argv[1:4])
    packets = wanted // RECORDS_A_PACKET
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    bursts = seconds * BURSTS_A_SECOND
    started = time.monotonic()
    for burst in range(bursts):
        for number in range(matches * burst // bursts, matches * (burst + 1) // bursts):
            source = SOURCES[number % len(SOURCES)]
            sock.sendto(frame(source, 3702, match(number)), (SCANNER, 0))
        for number in range(packets * burst // bursts, packets * (burst + 1) // bursts):
            source = SOURCES[number % len(SOURCES)]
            sock.sendto(frame(source, 5353, records(number)), (SCANNER, 0))
        time.sleep(max(0.0, started + (burst + 1) / BURSTS_A_SECOND - time.monotonic()))
    sys.stdout.write(f"{matches} matches in {time.monotonic() - started:.0f} s\n")


if __name__ == "__main__":
    main()
