"""Devices, sweeps and answers over time; the only room that knows a database."""

from camcensus.store.bulk import BulkSettling, NamedHost
from camcensus.store.database import Store
from camcensus.store.records import (
    AddressSpan,
    Change,
    CoverageRecord,
    DeviceChange,
    DeviceDetail,
    DeviceQuery,
    DeviceRecord,
    FindingRef,
    HostDone,
    Owned,
    PendingHost,
    Position,
    Presence,
    StoredHost,
    SweepRecord,
    SweepStart,
    SweepStatus,
    rfc3339,
)
from camcensus.store.writer import Writer

__all__ = [
    "AddressSpan",
    "BulkSettling",
    "Change",
    "CoverageRecord",
    "DeviceChange",
    "DeviceDetail",
    "DeviceQuery",
    "DeviceRecord",
    "FindingRef",
    "HostDone",
    "NamedHost",
    "Owned",
    "PendingHost",
    "Position",
    "Presence",
    "Store",
    "StoredHost",
    "SweepRecord",
    "SweepStart",
    "SweepStatus",
    "Writer",
    "rfc3339",
]
