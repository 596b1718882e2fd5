"""Addresses as positions on one number line: IPv4 first, IPv6 from 2**128 on.

An IPv4-mapped IPv6 address is its IPv4 address: a socket would send the same frame.
"""

from ipaddress import AddressValueError, IPv6Address

from netaddr import IPNetwork

from camcensus.scope.ranges import Pair, RangeSet

V6 = 1 << 128
_V4_LAST = (1 << 32) - 1
_MAPPED = V6 | (0xFFFF << 32)  # ::ffff:0:0/96, RFC 4291 section 2.5.5.2
_NAT64 = V6 | (0x0064FF9B << 96)  # 64:ff9b::/96, RFC 6052
_SIX_TO_FOUR = V6 | (0x2002 << 112)  # 2002::/16, RFC 3056: the IPv4 address is bits 16 to 48


def position(text: str) -> int | None:
    """The position of one address in its usual spelling, `None` if it is none."""
    if ":" in text:
        return _position6(text)
    parts = text.split(".")
    if len(parts) != 4:
        return None
    value = 0
    for part in parts:
        # isdecimal alone takes digits of every script; a leading zero is octal to some readers
        if not (part.isascii() and part.isdecimal()) or len(part) > 3:
            return None
        octet = int(part)
        if octet > 255 or (part[0] == "0" and len(part) > 1):
            return None
        value = value << 8 | octet
    return value


def _position6(text: str) -> int | None:
    try:
        value = V6 | int(IPv6Address(text))
    except AddressValueError:
        return None
    # a scope id (fe80::1%eth0) is no part of the number: it stands beside it
    return unmapped(value)


def unmapped(place: int) -> int:
    """The IPv4 position of an IPv4-mapped one; any other as it is."""
    return place & _V4_LAST if place >> 32 == _MAPPED >> 32 else place


def text_of(place: int) -> str:
    """The usual spelling of a position (RFC 5952 for IPv6)."""
    if place < V6:
        return f"{place >> 24}.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}"
    return str(IPv6Address(place - V6))


def range_text(first: int, last: int) -> str:
    """One address, a CIDR where the range is one, else `first-last`."""
    if first == last:
        return text_of(first)
    size = last - first + 1
    if size & (size - 1) == 0 and first % size == 0:
        return f"{text_of(first)}/{(128 if first >= V6 else 32) - size.bit_length() + 1}"
    return f"{text_of(first)}-{text_of(last)}"


def network_range(address: str, prefix_length: int) -> Pair:
    """The whole network that `address/prefix_length` lies in; the text was checked before."""
    network = IPNetwork(f"{address.partition('%')[0]}/{prefix_length}")
    base = 0 if network.version == 4 else V6
    first, last = base + int(network.first), base + int(network.last)
    inside_mapped = first >> 32 == last >> 32 == _MAPPED >> 32
    return (unmapped(first), unmapped(last)) if inside_mapped else (first, last)


def embedded(pairs: RangeSet) -> RangeSet:
    """The set, and the IPv6 forms that lead to its IPv4 addresses (NAT64, 6to4)."""
    forms = list(pairs)
    for first, last in pairs:
        if last < V6:
            forms.append((_NAT64 + first, _NAT64 + last))
            forms.append((_SIX_TO_FOUR + (first << 80), _SIX_TO_FOUR + ((last + 1) << 80) - 1))
    return RangeSet.of(forms)


def _nets(*texts: str) -> RangeSet:
    return RangeSet.of(network_range(a, int(b)) for a, _, b in (t.partition("/") for t in texts))


MULTICAST = _nets("224.0.0.0/4", "ff00::/8")

# Never sent to, whatever flag is given. The first that fits names the reason.
NEVER: tuple[tuple[str, RangeSet], ...] = (
    ("the limited broadcast address", _nets("255.255.255.255/32")),
    ("multicast", MULTICAST),
    ("in 0.0.0.0/8, which is no host's address (RFC 1122)", _nets("0.0.0.0/8", "::/128")),
    ("in 240.0.0.0/4, which is reserved (RFC 1112)", _nets("240.0.0.0/4")),
    (
        "an IPv6 address that hides an IPv4 one: write the IPv4 address",
        RangeSet.of(
            [
                *_nets("2001::/32", "64:ff9b:1::/48", "::ffff:0:0:0/96"),
                (V6 + 2, V6 + _V4_LAST),  # ::/96 but for :: and ::1, RFC 4291 section 2.5.5.1
            ]
        ),
    ),
)
NEVER_SENT = embedded(RangeSet.of(pair for _, ranges in NEVER for pair in ranges))

PRIVATE = _nets(
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
)
LOOPBACK = _nets("127.0.0.0/8", "::1/128")
LINK_LOCAL6 = _nets("fe80::/10")


def never_because(place: int) -> str | None:
    """Why nothing is ever sent to this position, `None` if it may be."""
    if place not in NEVER_SENT:
        return None
    for why, ranges in NEVER:
        if place in ranges:
            return why
    return "an IPv6 form of an IPv4 address that nothing is sent to"
