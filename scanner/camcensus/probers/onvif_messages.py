"""The messages of the ONVIF device service, made by zeep from the specification's own WSDL.

The WSDL files come with the distribution `onvif-zeep` and are found by its record; the package
itself is never imported, since that alone installs a log handler. zeep is loaded when the first
message is wanted, makes each of them once, and never sees an answer (docs/adr/0009).
"""

from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

NAMESPACE = "http://www.onvif.org/ver10/device/wsdl"
_BINDING = f"{{{NAMESPACE}}}DeviceBinding"
_DISTRIBUTION = "onvif-zeep"
_WSDL = "devicemgmt.wsdl"
# Only what the specification demands and leaves no choice.
_ARGUMENTS = {"GetServices": {"IncludeCapability": False}}
_LOADING = Lock()


class MissingWsdlError(Exception):
    """The files from which the messages are made are not there, or not as they were published."""


def content_type(operation: str) -> str:
    """SOAP 1.2 names the action in the content type (RFC 3902)."""
    return f'application/soap+xml; charset=utf-8; action="{NAMESPACE}/{operation}"'


@cache
def message(operation: str) -> bytes:
    """The envelope of one question, without any credential; `MissingWsdlError`."""
    with _LOADING:
        return _serialised(_create(_client(), operation))


def signed_message(operation: str, user: str, password: str, created: datetime) -> bytes:
    """The same with the owner's account: a WS-UsernameToken whose digest fits that moment."""
    from zeep.wsse.username import UsernameToken

    token: Any = UsernameToken  # zeep has no types
    with _LOADING:
        envelope = _create(_client(), operation)
    signature = token(user, password, use_digest=True, created=created, zulu_timestamp=True)
    signature.apply(envelope, {})
    return _serialised(envelope)


def _serialised(envelope: Any) -> bytes:
    from lxml import etree

    return etree.tostring(envelope)


def _create(client: Any, operation: str) -> Any:
    from zeep.proxy import AsyncServiceProxy

    proxy: Any = AsyncServiceProxy  # zeep has no types
    service = proxy(client, client.wsdl.bindings[_BINDING], address="")
    return client.create_message(service, operation, **_ARGUMENTS.get(operation, {}))


@cache
def _client() -> Any:
    """One client for all messages; reading the WSDL takes a fifth of a second."""
    from zeep import Client, Settings

    settings = Settings(forbid_dtd=True, forbid_entities=True, forbid_external=True)
    client: Any = Client  # zeep has no types
    return client(str(_wsdl_file()), transport=_transport(), settings=settings)


def _transport() -> Any:
    from zeep.transports import Transport

    class _Shelf(Transport):
        """Reads the WSDL and the files beside it; has no way to any network."""

        def __init__(self) -> None:
            self.cache = None
            self._close_session = False

        def load(self, url: str) -> bytes:
            path = Path(url).resolve()
            if path.parent != _wsdl_file().parent:
                raise MissingWsdlError(f"{_DISTRIBUTION} refers to {url!r}, which is not read")
            return path.read_bytes()

        def post_xml(self, *_: object) -> None:
            raise NotImplementedError("messages are sent by camcensus.net")

    return _Shelf()


def _wsdl_file() -> Path:
    """Where the installer put the WSDL, as the distribution's record says."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        files = distribution(_DISTRIBUTION).files or ()
    except PackageNotFoundError:
        files = ()
    for file in files:
        path = Path(str(file.locate()))
        if file.name == _WSDL and path.is_file():
            return path.resolve()
    raise MissingWsdlError(f"{_WSDL} of {_DISTRIBUTION} is missing: install camcensus again")
