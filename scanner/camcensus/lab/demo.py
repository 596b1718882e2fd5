"""The estate of `camcensus demo`: sixty devices of a school or a ward."""

from camcensus.lab.estate import Estate, estate_of

_NAMES: tuple[str, ...] = ("hik_cam", "amcrest_cam", "axis_cam", "printer", "windows_pc")


def demo_estate() -> Estate:
    """The same sixty devices at the same addresses in every run."""
    return estate_of(_NAMES)
