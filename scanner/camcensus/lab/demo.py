"""The estate of `camcensus demo`: sixty devices of a school or a ward."""

from hashlib import sha256

from camcensus.lab.estate import Estate, estate_of

_HOW_MANY = {
    # by their own name
    "hik_cam": 5,
    "hik_nvr": 1,
    "dahua_cam": 3,
    "dahua_nvr": 1,
    "dahua_silent": 1,
    "axis_cam": 2,
    "axis_encoder": 1,
    "bosch_cam": 1,
    "panasonic_cam": 1,
    "canon_cam": 1,
    "vivotek_cam": 1,
    "tplink_cam": 1,
    "hanwha_cam": 1,
    "mobotix_cam": 1,
    "avigilon_cam": 1,
    "sony_cam": 1,
    "reolink_cam": 1,
    "unifi_cam": 1,
    "twon_intercom": 1,
    "doorbird": 1,
    "geovision_cam": 1,
    "milesight_cam": 1,
    "dlink_cam": 1,
    "arecont_cam": 1,
    "foscam_cam": 1,
    # under another's label, or none
    "annke_cam": 2,
    "hilook_cam": 1,
    "ezviz_cam": 1,
    "amcrest_cam": 1,
    "lorex_nvr": 1,
    "cpplus_cam": 1,
    "vigi_cam": 1,
    "xm_clone": 2,
    # no cameras
    "printer": 2,
    "wsd_printer": 1,
    "windows_pc": 4,
    "nas": 1,
    "switch": 2,
    "voip_phone": 3,
    "access_point": 1,
    "router": 1,
    "raspberry": 1,
    "plc": 1,
    "infusion_pump": 1,
}


def demo_estate() -> Estate:
    """The same sixty devices at the same addresses in every run."""
    names = [(name, number) for name, count in _HOW_MANY.items() for number in range(count)]
    mixed = sorted(names, key=lambda one: sha256(f"{one[0]} {one[1]}".encode()).digest())
    return estate_of([name for name, _ in mixed])
