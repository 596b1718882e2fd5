"""Which packet filters are at work here, as far as an ordinary user can see."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from camcensus.census.machine.check import Check, Level, read_number, read_words

_FOLDERS = ("usr/sbin", "usr/bin", "sbin", "bin", "usr/local/sbin", "usr/local/bin")
_MODULES = ("nf_tables ", "nft_ct ", "iptable_filter ")
_MEANS = (
    "a stateful filter drops answers to multicast, because they come from another address than was "
    "asked: devices on this machine's own links are missed. Answers from behind a router come in"
)
_HOME = Path("/")


@dataclass(frozen=True, slots=True)
class Firewall:
    """One way to filter: how it shows that it is at work, and how its administrator is asked."""

    name: str
    program: str
    units: tuple[str, ...]  # of systemd; any user can see which are active
    switch: tuple[str, str]  # a file that all can read, and the line that switches it on
    rules: str  # where its rules are kept, as a pattern
    shows: str  # the command that shows its rules
    lets_in: str  # the command that lets a port in


_FIREWALLS = (
    Firewall(
        "ufw", "ufw", (), ("etc/ufw/ufw.conf", "ENABLED=yes"), "etc/ufw/user*.rules",
        "sudo ufw status verbose", "sudo ufw allow in proto udp to any port {ports}",
    ),
    Firewall(
        "firewalld", "firewall-cmd", ("firewalld.service",), ("", ""), "etc/firewalld/zones/*.xml",
        "sudo firewall-cmd --list-all", "sudo firewall-cmd --add-port={port}/udp (each port)",
    ),
    Firewall(
        "nftables", "nft", ("nftables.service",), ("", ""), "etc/nftables.conf",
        "sudo nft list ruleset",
        "sudo nft add rule inet filter input udp dport {{ {ports} }} accept",
    ),
    Firewall(
        "iptables", "iptables", ("netfilter-persistent.service", "iptables.service"), ("", ""),
        "etc/iptables/rules.v*", "sudo iptables-save",
        "sudo iptables -I INPUT -p udp -m multiport --dports {ports} -j ACCEPT",
    ),
)  # fmt: skip


def firewalls(
    source_port: int, reply_ports: tuple[int, ...] = (), root: Path = _HOME
) -> Iterator[Check]:
    """One line for each filter at work, or one that says that none is to be seen."""
    if sys.platform != "linux":
        yield Check(
            Level.NOTE, "firewall", "the firewall of this system is not looked at",
            f"let UDP to port {source_port} in for Python, for the time of the sweep", _MEANS,
        )  # fmt: skip
        return
    working = [one for one in _FIREWALLS if _works(one, root)]
    for one in working:
        yield _at_work(one, source_port, reply_ports, root)
    if working:
        return
    installed = [one for one in _FIREWALLS if _installed(one, root)]
    asked = "; ".join(one.shows for one in installed)
    if _tracks(root):
        yield Check(
            Level.NOTE, "firewall",
            "the kernel filters or tracks packets; by which rules, only an administrator can see",
            f"if the rules drop what nobody asked for: accept UDP to port {source_port}",
            _MEANS, asked or "sudo nft list ruleset",
        )  # fmt: skip
        return
    names = " and ".join(one.name for one in installed)
    yield Check(
        Level.GOOD, "firewall",
        f"no packet filter is seen at work{f' ({names} can be had here)' if names else ''}",
        means="what answers is heard; for certain, only an administrator can see that",
        ask=asked,
    )  # fmt: skip


def _at_work(one: Firewall, source_port: int, reply_ports: tuple[int, ...], root: Path) -> Check:
    ports = ",".join(map(str, (source_port, *reply_ports)))
    readable = [text for path in sorted(root.glob(one.rules)) if (text := read_words(path))]
    if not readable:
        seen = f"whether it lets UDP to port {source_port} in, only an administrator can see"
    elif any(re.search(rf"\b{source_port}\b", text) for text in readable):
        return Check(
            Level.GOOD, "firewall", f"{one.name} is at work, and its rules name port {source_port}",
            means="answers to multicast are let in, if that rule accepts UDP", ask=one.shows,
        )  # fmt: skip
    else:
        seen = f"its rules do not name port {source_port}"
    lets_in = one.lets_in.format(port=source_port, ports=ports)
    return Check(
        Level.NOTE, "firewall", f"{one.name} is at work; {seen}",
        f"have UDP let in for the time of the sweep: {lets_in}", _MEANS, one.shows,
    )  # fmt: skip


def _works(one: Firewall, root: Path) -> bool:
    file, line = one.switch
    switched = bool(file) and line in read_words(root / file).replace('"', "").splitlines()
    return switched or any(
        os.path.lexists(root / f"run/systemd/units/invocation:{unit}") for unit in one.units
    )


def _installed(one: Firewall, root: Path) -> bool:
    return any((root / folder / one.program).exists() for folder in _FOLDERS)


def _tracks(root: Path) -> bool:
    """Rules are readable to root alone; whether connections are tracked is readable to all."""
    modules = read_words(root / "proc/modules")
    return bool(
        read_number(root / "proc/sys/net/netfilter/nf_conntrack_count")
        or read_words(root / "proc/net/ip_tables_names").split()
        or any(name in modules for name in _MODULES)
    )
