"""What we may touch: targets, zones, the permit and the plan. Pure: no socket, no clock."""

from camcensus.scope.areas import Area
from camcensus.scope.estimate import LIVE_SHARE, Estimate, HostWorst, ProberEstimate
from camcensus.scope.making import make_plan
from camcensus.scope.plan import Plan
from camcensus.scope.words import (
    NOBODYS,
    Asker,
    DeniedPorts,
    Exclusion,
    LinkLeftOut,
    PlannedLink,
    PlannedProber,
    PlannedZone,
    Policy,
    Reach,
    ScopeRequest,
)
from camcensus.scope.zones import Zone, ZonesFile, parse_zones, read_zones

__all__ = [
    "LIVE_SHARE",
    "NOBODYS",
    "Area",
    "Asker",
    "DeniedPorts",
    "Estimate",
    "Exclusion",
    "HostWorst",
    "LinkLeftOut",
    "Plan",
    "PlannedLink",
    "PlannedProber",
    "PlannedZone",
    "Policy",
    "ProberEstimate",
    "Reach",
    "ScopeRequest",
    "Zone",
    "ZonesFile",
    "make_plan",
    "parse_zones",
    "read_zones",
]
