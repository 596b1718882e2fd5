"""Host names to addresses: asked of the system's resolver, only when a target is a name."""

import socket

from camcensus.errors import ScopeError


def resolve(name: str) -> tuple[str, ...]:
    """The addresses of a host name; `ScopeError` if it has none."""
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no host name"
        raise ScopeError(f"the target {name!r} has no address: {reason}") from error
    return tuple(dict.fromkeys(str(info[4][0]) for info in found))
