"""The owner's account: once, after a refusal, over the stated scheme, and shown to nobody else."""

import asyncio
import base64
import hashlib
import hmac
import re
import secrets
import ssl
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from camcensus.errors import UsageError
from camcensus.lab.tls_door import TlsDoor
from camcensus.net import load_safety
from camcensus.probers import onvif
from camcensus.probers.onvif_messages import content_type, signed_message
from camcensus.types import Field, Outcome, OwnerLogin, Request, Transport
from camcensus.wire.http import build_post
from probers.asking import NOW
from probers.test_http import device_context
from probers.test_onvif import HOST, OnvifDesk, heard, http, said, xaddr

TLS_PORT = 28446
PASSWORD = secrets.token_urlsafe(12)  # of the simulated device, for this run
USER = "inventory"
LOGIN = OwnerLogin(USER, lambda: PASSWORD)
BY_HTTP = replace(LOGIN, allow_http=True)
OWNER = [question.message for question in onvif.AS_OWNER]
REFUSAL = http(
    b"<e:Envelope><e:Body><e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode>"
    b"<e:Value>ter:NotAuthorized</e:Value></e:Subcode></e:Code></e:Fault></e:Body></e:Envelope>",
    "400 Bad Request",
)


@dataclass
class Device:
    """Answers an account whose digest it computes itself, from its own clock's point of view."""

    ahead_s: int = 0
    everybody: bool = False
    bodies: list[bytes] = field(default_factory=list)
    secure: list[bool] = field(default_factory=list)  # of each that carried an account

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            body = await reader.readexactly(length)
            self.bodies.append(body)
            if b"UsernameToken" in body:
                self.secure.append(writer.get_extra_info("ssl_object") is not None)
            writer.write(self.answer(body))
            await writer.drain()
        writer.close()

    def answer(self, body: bytes) -> bytes:
        now = NOW + timedelta(seconds=self.ahead_s)
        if b"GetSystemDateAndTime" in body:
            return said("GetSystemDateAndTime", clock(now))
        if b"GetHostname" in body:
            return said("GetHostname")
        if not (self.everybody or accepted(body, now)):
            return REFUSAL
        if b"GetNetworkInterfaces" in body:
            return said("GetNetworkInterfaces", "<HwAddress>0c-11-22-33-44-55</HwAddress>")
        return said("GetDeviceInformation", "<Model>CAM-1</Model>")


def clock(now: datetime) -> str:
    time = f"<Hour>{now.hour}</Hour><Minute>{now.minute}</Minute><Second>{now.second}</Second>"
    date = f"<Year>{now.year}</Year><Month>{now.month}</Month><Day>{now.day}</Day>"
    return f"<UTCDateTime><Time>{time}</Time><Date>{date}</Date></UTCDateTime>"


def accepted(body: bytes, now: datetime) -> bool:
    """WSS UsernameToken Profile 1.0: SHA-1 of nonce, created and password; not older than 5 s."""
    found = {
        name: re.search(rf"<(?:\w+:)?{name}[^>]*>([^<]+)<".encode(), body)
        for name in ("Username", "Password", "Nonce", "Created")
    }
    parts = {name: match[1] for name, match in found.items() if match}
    if len(parts) < 4:
        return False
    content = base64.b64decode(parts["Nonce"]) + parts["Created"] + PASSWORD.encode()
    digest = base64.b64encode(hashlib.sha1(content).digest())  # noqa: S324 - the profile's choice
    created = datetime.fromisoformat(parts["Created"].decode())
    near = abs((created - now).total_seconds()) < 5
    return near and hmac.compare_digest(digest, parts["Password"])


@dataclass
class OwnersDesk(OnvifDesk):
    login: OwnerLogin | None = LOGIN


def met(
    device: Device,
    login: OwnerLogin | None,
    *,
    tls: ssl.SSLContext | None = None,
    plain: bool = True,
    times: int = 1,
) -> OwnersDesk:
    """Ask a device that tells a place without TLS, one with it, or both."""
    desk = OwnersDesk(login=login)

    async def run() -> None:
        server = await asyncio.start_server(device, HOST, 0)
        port = server.sockets[0].getsockname()[1]
        claims = [xaddr(f"http://{HOST}:{port}{onvif.PATH}")] if plain else []
        door = TlsDoor.open(HOST, TLS_PORT, tls, device, 16) if tls else None
        if door:
            claims.append(xaddr(f"https://{HOST}:{TLS_PORT}{onvif.PATH}"))
        host = heard(desk.host(HOST), *claims)
        try:
            for _ in range(times):
                await onvif.ask(replace(desk.asking(), login=desk.login), host)
        finally:
            server.close()
            if door:
                door.close()

    asyncio.run(run())
    return desk


def test_after_a_refusal_the_owner_is_answered_over_https_alone() -> None:
    device = Device()
    desk = met(device, LOGIN, tls=device_context())

    assert desk.asked_for[-2:] == OWNER
    assert device.secure == [True, True]
    assert desk.values(Field.ONVIF_MODEL) == ["CAM-1"]
    assert desk.values(Field.MAC_ADDRESS) == ["0c:11:22:33:44:55"]


@pytest.mark.parametrize("ahead_s", [0, -832982400, 86400])
def test_the_token_fits_the_clock_of_the_device(ahead_s: int) -> None:
    desk = met(Device(ahead_s), BY_HTTP)

    assert desk.values(Field.ONVIF_MODEL) == ["CAM-1"]


def test_where_the_owner_allows_http_https_is_still_preferred() -> None:
    device = Device()
    met(device, BY_HTTP, tls=device_context())

    assert device.secure == [True, True]


def test_without_https_the_login_is_kept_back() -> None:
    device = Device()
    desk = met(device, LOGIN)

    assert device.secure == []
    assert not set(desk.asked_for) & set(OWNER)
    assert desk.remarks == ["the owner's login was kept back where a device offers no https"]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_an_outdated_tls_is_no_https_for_a_login() -> None:
    device, outdated = Device(), device_context(ssl.TLSVersion.TLSv1_1)
    outdated.minimum_version = ssl.TLSVersion.TLSv1_1
    outdated.set_ciphers("ALL:@SECLEVEL=0")
    desk = met(device, LOGIN, tls=outdated, plain=False)

    assert desk.asked_for[:2] == ["get-system-date-and-time", "get-device-information"]
    assert device.secure == []
    assert desk.seen[-1].outcome is Outcome.TLS_FAILED


def test_without_the_setting_no_account_leaves() -> None:
    device = Device()
    desk = met(device, None, tls=device_context())

    assert device.secure == []
    assert not {message for _, message in desk.net.sent} & set(OWNER)


def test_a_device_that_answers_everybody_never_sees_it() -> None:
    device = Device(everybody=True)
    met(device, BY_HTTP)

    assert device.secure == []


def test_after_one_failure_it_is_not_tried_again() -> None:
    device = Device()
    wrong = replace(BY_HTTP, password=lambda: "not the password")
    desk = met(device, wrong, times=3)

    assert device.secure == [False]
    assert desk.seen[3].message == OWNER[0]
    assert desk.seen[3].note.startswith(onvif.NOT_ACCEPTED)
    assert desk.remarks == [f"{onvif.NOT_ACCEPTED} by {HOST}: it is not tried there again"]


def test_an_address_that_did_not_accept_it_in_an_earlier_sweep_is_left_alone() -> None:
    device = Device()
    met(device, replace(BY_HTTP, refused=frozenset({HOST})))

    assert device.secure == []


def test_a_password_that_cannot_be_read_any_more_stops_nothing() -> None:
    def gone() -> str:
        raise UsageError("the password file is gone")

    device = Device()
    desk = met(device, replace(BY_HTTP, password=gone))

    assert device.secure == []
    assert desk.remarks == ["the owner's login was not used: the password file is gone"]


def test_a_login_that_was_used_is_not_used_twice() -> None:
    device = Device()
    met(device, BY_HTTP, times=2)

    assert device.secure == [False, False]  # one for each of the two questions


def test_the_password_is_in_nothing_that_is_sent_stored_or_shown() -> None:
    device = Device()
    desk = met(device, BY_HTTP)
    shown = f"{desk.login!r} {desk.seen!r} {desk.remarks!r} {desk.net.sent!r} {device.bodies!r}"

    assert device.secure
    assert PASSWORD not in shown
    assert base64.b64encode(PASSWORD.encode()).decode() not in shown


@pytest.mark.parametrize("question", onvif.AS_OWNER, ids=lambda one: one.operation)
def test_the_shape_holds_one_account_and_one_empty_question(question: onvif.Question) -> None:
    safety = load_safety()
    body = signed_message(question.operation, 'a <b> "c" & d', PASSWORD, datetime.now(UTC))
    sent = build_post(
        HOST, onvif.PATH, "camcensus/test", content_type=content_type(question.operation), body=body
    )

    def objection(payload: bytes) -> str | None:
        return safety.objection(
            Request(onvif.NAME, question.message, payload), Transport.TCP, 80
        )  # fmt: skip

    assert objection(sent) is None
    assert objection(sent.replace(b"PasswordDigest", b"PasswordText"))
    assert objection(sent.replace(b"<ns0:Get", b"<ns0:Set"))
    assert objection(sent.replace(b"</soap-env:Body>", b"<x/></soap-env:Body>"))
    assert objection(re.sub(b"<wsse:Nonce.*</wsse:Nonce>", b"", sent))
    assert all(
        safety.objection(Request(onvif.NAME, other.message, sent), Transport.TCP, 80)
        for other in onvif.QUESTIONS
    )
