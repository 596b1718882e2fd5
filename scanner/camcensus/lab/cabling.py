"""What is typed at both ends of the private network's cable, as lines for `ip -batch`."""

from ipaddress import IPv4Address

from camcensus.lab.estate import EVERYWHERE, ON_LINK, Estate, LabDevice

SCANNER_ADDRESS = str(ON_LINK[1])
SCANNER_INTERFACE = "scan0"
ESTATE_INTERFACE = "estate0"
SPARE_INTERFACE = "spare0"  # a second network of the scanner's, which nobody planned to sweep
GATEWAY = "198.19.255.254"  # outside every target, so that it is no device

_SCANNER_MAC = "02:00:5e:10:00:01"  # locally administered
_SPARE_NETWORK = "198.19.0"

SETTINGS = {
    # In life every device has a kernel of its own: one for all must not ration their answers.
    "ipv4/icmp_ratelimit": "0",
    "ipv4/icmp_msgs_per_sec": "100000",
    "ipv4/icmp_msgs_burst": "10000",
    "core/somaxconn": "65535",
    "ipv4/conf/all/rp_filter": "0",
    # Each device's own card answers for its address, and no other.
    "ipv4/conf/all/arp_ignore": "1",
}


def scanner_commands(estate_pid: int, *, spare: bool) -> list[str]:
    """The scanner's end: one network on the link, one behind a router, and multicast."""
    scan, other = SCANNER_INTERFACE, ESTATE_INTERFACE
    lines = [
        "link set lo up",
        f"link add {scan} address {_SCANNER_MAC} type veth peer name {other} netns {estate_pid}",
        f"link set {scan} addrgenmode none",
        f"link set {scan} up",
        f"addr add {SCANNER_ADDRESS}/{ON_LINK.prefixlen} broadcast + dev {scan}",
        f"route add {EVERYWHERE} via {GATEWAY} dev {scan} onlink",
        f"route add 224.0.0.0/4 dev {scan}",
    ]
    if spare:
        lines += [
            f"link add {SPARE_INTERFACE} type veth peer name spare1 netns {estate_pid}",
            f"link set {SPARE_INTERFACE} addrgenmode none",
            f"link set {SPARE_INTERFACE} up",
            f"addr add {_SPARE_NETWORK}.1/24 broadcast + dev {SPARE_INTERFACE}",
        ]
    return lines


def estate_link_commands(*, spare: bool) -> list[str]:
    """The estate's end of the cable, before any device is there."""
    lines = [
        "link set lo up",
        f"link set {ESTATE_INTERFACE} addrgenmode none",
        f"link set {ESTATE_INTERFACE} up",
        f"addr add {GATEWAY}/32 dev {ESTATE_INTERFACE}",
        f"route add {ON_LINK} dev {ESTATE_INTERFACE}",
        f"route add 224.0.0.0/4 dev {ESTATE_INTERFACE}",
        # An ARP request for the scanner would show the cable's MAC under a device's address.
        f"neigh add {SCANNER_ADDRESS} lladdr {_SCANNER_MAC} nud permanent dev {ESTATE_INTERFACE}",
    ]
    if spare:
        lines += ["link set spare1 addrgenmode none", "link set spare1 up"]
    return lines


def card_commands(estate: Estate) -> list[str]:
    """A network card with its own MAC for each device on the scanner's link."""
    cards = dict.fromkeys(one.mac for one in estate.devices if _on_link(one))
    names = {mac: f"card{number}" for number, mac in enumerate(cards)}
    lines = []
    for mac, name in names.items():
        lines += [
            f"link add link {ESTATE_INTERFACE} name {name} address {mac} type macvlan mode private",
            f"link set {name} addrgenmode none",
            f"link set {name} up",
        ]
    for device in estate.devices:
        if _on_link(device):
            lines += [f"addr add {one}/32 dev {names[device.mac]}" for one in _addresses(device)]
    return lines


def address_commands(estate: Estate, *, all_devices: bool) -> list[str]:
    """Addresses without cards: those behind the router, or all where cards cannot be made."""
    return [
        f"route add local {address}/32 dev lo"
        for device in estate.devices
        if all_devices or not _on_link(device)
        for address in _addresses(device)
    ]


def firewall_commands(estate: Estate) -> list[str]:
    """Rules that swallow what is sent to closed ports of devices with a firewall."""
    lines = []
    for device in estate.devices:
        if device.persona.firewall:
            tcp = [("tcp", one.port) for one in device.persona.tcp]
            udp = [("udp", port) for port in device.persona.udp_ports]
            to = f"rule add pref {{}} to {device.address} ipproto"
            lines += [
                f"{to.format(10)} {name} dport {port} lookup local" for name, port in tcp + udp
            ]
            lines += [f"{to.format(20)} {name} blackhole" for name in ("tcp", "udp")]
    if lines:  # our rules must come before the kernel's first one
        lines += ["rule add pref 100 lookup local", "rule del pref 0 lookup local"]
    return lines


def _on_link(device: LabDevice) -> bool:
    return IPv4Address(device.address) in ON_LINK


def _addresses(device: LabDevice) -> list[str]:
    voice = device.persona.mdns
    link_local = [device.link_local] if voice and voice.link_local_source else []
    return [device.address, *link_local]
