"""SNMP: one question, and its answer (RFC 1157, RFC 3416, RFC 3418)."""

from camcensus.wire.snmp.message import (
    MESSAGE_MAX,
    SYS_DESCR,
    SYS_OBJECT_ID,
    Response,
    Version,
    build_get,
    is_community,
    parse,
    without_community,
)

__all__ = [
    "MESSAGE_MAX",
    "SYS_DESCR",
    "SYS_OBJECT_ID",
    "Response",
    "Version",
    "build_get",
    "is_community",
    "parse",
    "without_community",
]
