"""What a network interface is made of, in the word that its user knows."""

from pathlib import Path

_SYSFS = Path("/sys/class/net")
_ETHERNET = "1"  # ARPHRD_ETHER, linux/if_arp.h
_BY_NAME = (
    ("wi-fi", "Wi-Fi"), ("wlan", "Wi-Fi"), ("wireless", "Wi-Fi"), ("wl", "Wi-Fi"),
    ("tun", "VPN"), ("wg", "VPN"), ("tap", "VPN"), ("ppp", "VPN"), ("utun", "VPN"), ("vpn", "VPN"),
    ("ethernet", "Ethernet"), ("eth", "Ethernet"), ("en", "Ethernet"),
)  # fmt: skip


def medium(name: str) -> str:
    """Wi-Fi, Ethernet or VPN; the interface's own name where nothing tells."""
    entry = _SYSFS / name.replace("/", "_")
    if (entry / "wireless").is_dir() or (entry / "phy80211").exists():
        return "Wi-Fi"
    if (entry / "tun_flags").exists():
        return "VPN"
    for beginning, word in _BY_NAME:
        if name.lower().startswith(beginning):
            return word
    return "Ethernet" if _type(entry) == _ETHERNET else name


def _type(entry: Path) -> str:
    try:
        return (entry / "type").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
