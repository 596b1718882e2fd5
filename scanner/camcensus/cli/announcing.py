"""A plan for those who do not run it: the page of a change board, the text of a service desk."""

from collections.abc import Iterator
from datetime import UTC, datetime

from camcensus.census.change_request import ChangeRequest, Circumstances, change_request
from camcensus.census.machine import may_send_frames
from camcensus.census.messages import messages_of, tls_greeting
from camcensus.census.prepare import Prepared
from camcensus.cli.screen import duration

_WIDTH = 78
_MOST_NETWORKS, _MOST_ALERTS = 8, 8
_MOST_ROWS = 400  # of one table on the page
MOST_LINES = 60


def plan_page(prepared: Prepared, change: str) -> str:
    """The page, as one file of HTML."""
    from camcensus.export.page import render

    values = {
        "it": _request(prepared, change),
        "duration": duration,
        "most_rows": _MOST_ROWS,
        "marking": "",
    }
    return render("plan.html", values)


def announcement(prepared: Prepared, change: str) -> str:
    """The text, at most `MOST_LINES` lines that fit a mail."""
    return "\n".join(_announced(_request(prepared, change)))


def _request(prepared: Prepared, change: str) -> ChangeRequest:
    from camcensus.identify.catalogue import load_catalogue

    circumstances = Circumstances(
        made_at=datetime.now(UTC),
        catalogue=load_catalogue(own=prepared.order.signatures).version,
        sends_frames=may_send_frames(),
        change=change,
    )
    return change_request(prepared, messages_of(prepared), tls_greeting(), circumstances)


def _announced(it: ChangeRequest) -> Iterator[str]:
    yield from _what(it)
    yield ""
    yield from _from_and_to(it)
    yield ""
    yield "What a sensor may report (sensors differ)"
    yield from _alerts(it)
    yield ""
    yield "To stop it"
    yield from _wrapped(
        f"Call {it.contact or '..........'}: Ctrl-C ends it, and nothing new is sent after that. "
        "Or block the address above at a switch or firewall: no device comes to harm by that.",
        "  ",
    )


def _what(it: ChangeRequest) -> Iterator[str]:
    yield f"Announcement: inventory of surveillance cameras, site {it.site}"
    yield ""
    yield from _pair("Change", it.change or "(no ticket was given)")
    yield from _pair("Start", "(fill in) ..........")
    yield from _pair("Takes", f"about {duration(it.estimate.seconds)}; no clock ends it")
    yield from _pair("By", it.contact or "(no contact in the settings: fill in) ..........")
    yield from _pair("Program", f"{it.program}, knowledge {it.catalogue}")
    yield "Plan (SHA-256):"
    yield f"  {it.hash}"
    yield ""
    yield from _wrapped(
        "We ask which devices on these networks are surveillance cameras. Nothing is changed on "
        "any device, no password is guessed, no stream is opened."
        + (" The owner's read-only ONVIF account is used." if it.login != "none" else "")
    )


def _from_and_to(it: ChangeRequest) -> Iterator[str]:
    yield "From"
    yield from _pair("  address", ", ".join(it.own_addresses) or "(fill in)")
    yield from _pair("  ports", _source_ports(it))
    yield from _pair("  names itself", f"User-Agent: {it.user_agent}")
    yield ""
    yield f"To ({it.size:,} addresses)"
    yield from _networks(it)
    yield ""
    yield "With"
    for transport in ("udp", "tcp"):
        yield from _pair(f"  {transport.upper()}", _ports(it, transport))
    yield from _pair("  multicast", _groups(it))
    yield from _pair(
        "  speed",
        f"at most {it.pace.frames_per_s:g} frames a second, {it.pace.host_frames_per_s:g} to one "
        f"device; about {it.estimate.frames:,} frames, never more than "
        f"{it.estimate.frames_most:,}",
    )


def _pair(key: str, value: str) -> Iterator[str]:
    return _wrapped(value, f"{key + ':':<16}", hang=" " * 16)


def _wrapped(text: str, first: str = "", *, hang: str | None = None) -> Iterator[str]:
    import textwrap

    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=first if hang is None else hang,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _source_ports(it: ChangeRequest) -> str:
    fixed = ", ".join(str(port) for port in sorted({port for _, port in it.reply_ports}))
    also = f"; UDP {fixed} for protocols that want it" if fixed else ""
    return f"UDP {it.source_port} for first questions and multicast{also}; else any"


def _networks(it: ChangeRequest) -> Iterator[str]:
    for row in it.networks[:_MOST_NETWORKS]:
        zone = f"zone {row.zone.name}: " if row.zone else ""
        yield f"  {row.range} ({zone}{row.targets:,}; {row.contact})"
    if (more := len(it.networks) - _MOST_NETWORKS) > 0:
        yield f"  and {more:,} more ranges: the plan and its page have all"


def _ports(it: ChangeRequest, transport: str) -> str:
    ports = {
        int(port)
        for row in it.questions
        if row.where.startswith(transport)
        for port in row.where.replace(",", " ").split()
        if port.isdecimal()
    }
    ports |= {port for _, named in it.ports if transport == "tcp" for port in named}
    said = ", ".join(map(str, sorted(ports)))
    if transport == "tcp" and said:
        said += "; and a port that a device names for itself"
    return said or "none"


def _groups(it: ChangeRequest) -> str:
    if not it.links:
        return "none"
    return "; ".join(f"{', '.join(row.groups)} on {row.interface.name}" for row in it.links)


def _alerts(it: ChangeRequest) -> Iterator[str]:
    sends = {row.prober for row in it.questions if row.frames}
    alerts = [one.protocol.alert for one in it.said if one.protocol.prober in sends]
    for alert in alerts[:_MOST_ALERTS]:
        yield from _wrapped(alert, "  - ", hang="    ")
    if (more := len(alerts) - _MOST_ALERTS) > 0:
        yield f"  - and {more} more like these, to the ports above"
