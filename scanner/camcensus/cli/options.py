"""The options that several verbs share, spelled once."""

from pathlib import Path
from typing import Annotated

import typer

Db = Annotated[
    str | None,
    typer.Option("--db", metavar="URL|PATH", help="The database; the user's data folder if none."),
]
Site = Annotated[
    str | None,
    typer.Option("--site", metavar="NAME", help="Where the network is; part of every identity."),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write there instead of to stdout."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but errors.")]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The settings file, if not the usual one."),
]
LogFormat = Annotated[
    str | None, typer.Option("--log-format", metavar="text|json", help="How log lines look.")
]

Targets = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TARGET]...",
        help="Networks, ranges or hosts: 10.20.0.0/22 10.30.1-4.1-254 host 2001:db8::/120",
        show_default=False,
    ),
]
TargetFile = Annotated[
    list[Path] | None,
    typer.Option("-iL", metavar="FILE", help="Targets from a file, # for comments."),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="TARGET", help="Never ask these, comma separated."),
]
ExcludeFile = Annotated[
    list[Path] | None,
    typer.Option("--excludefile", metavar="FILE", help="Never ask what this file lists."),
]
ZonesFile = Annotated[
    Path | None,
    typer.Option("--zones", metavar="FILE", help="Networks with policies, as a TOML file."),
]
Interfaces = Annotated[
    list[str] | None,
    typer.Option("-e", "--interface", metavar="NAME", help="Ask by multicast on this one too."),
]
Ports = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--ports",
        metavar="[NAME:]PORT,...",
        help="Ports to ask besides ours, as http, https, rtsp, rtsps or onvif; http if no name.",
    ),
]
Probers = Annotated[
    str | None,
    typer.Option(
        "--probers",
        metavar="NAME,...",
        help="Only these ways of asking, not all. "
        "Everybody: ws-discovery, sadp, dhip; on a link also arp, mdns, ssdp. "
        "What answers: http, onvif, rtsp, canary, identity-page, axis, unifi; snmp. "
        "By their makers' own question: dahua-v1, xiongmai, tplink, hanwha, bosch, vivotek, "
        "panasonic, sony, ubiquiti, reolink, foscam.",
    ),
]
Thorough = Annotated[
    bool,
    typer.Option(
        "--thorough",
        help="Ask a host every question, although maker, model and identity are certain.",
    ),
]
Pace = Annotated[
    str | None,
    typer.Option("--pace", metavar="gentle|normal|fast", help="How fast; gentle if not said."),
]
MaxRate = Annotated[
    float | None,
    typer.Option("--max-rate", metavar="PPS", help="Never more frames a second than this."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, metavar="N", help="A pilot: N random targets, asked twice."),
]
AllowPublic = Annotated[
    bool, typer.Option("--allow-public", help="The targets may lie in public address space.")
]
AllowUnzoned = Annotated[
    bool, typer.Option("--allow-unzoned", help="Ask addresses that no zone of --zones names.")
]
Yes = Annotated[bool, typer.Option("--yes", help="More than 65,536 hosts are meant.")]
SnmpCommunityFile = Annotated[
    Path | None,
    typer.Option(
        "--snmp-community-file",
        metavar="FILE",
        help="Ask live hosts by SNMP with the community in this file; without one, never.",
    ),
]
SnmpVersion = Annotated[
    str | None,
    typer.Option(
        "--snmp-version",
        metavar="2c|2c,1",
        help="Ask in version 2c; or in version 1 too where that is silent.",
    ),
]
Signatures = Annotated[
    Path | None,
    typer.Option(
        "--signatures",
        metavar="DIR",
        help="Your own folder of signatures; it extends ours and goes before them.",
    ),
]
SourcePort = Annotated[
    int | None,
    typer.Option(
        "--source-port",
        min=1024,
        max=65535,
        metavar="PORT",
        help="Ask UDP questions from this port, so that a firewall can be told.",
    ),
]
