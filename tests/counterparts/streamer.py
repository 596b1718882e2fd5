"""GStreamer's RTSP server, run by Debian's Python: `streamer.py PORT [REALM]`.

Its root shows a test picture, to anybody or, with a realm, to nobody: the password is random.
"""

import secrets
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402  # gi wants versions first

PICTURE = (
    "( videotestsrc ! video/x-raw,format=I420,width=64,height=48 ! jpegenc ! rtpjpegpay name=pay0 )"
)


def main(port: str, realm: str = "") -> None:
    """Serve until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(PICTURE)
    if realm:
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(
                "owner,media.factory.access=true,media.factory.construct=true"
            )
        )
        auth = GstRtspServer.RTSPAuth.new()
        auth.set_realm(realm)
        token = GstRtspServer.RTSPToken.new()
        token.set_string("media.factory.role", "owner")
        basic = GstRtspServer.RTSPAuth.make_basic("owner", secrets.token_hex(16))
        auth.add_basic(basic, token)
        server.set_auth(auth)
    server.get_mount_points().add_factory("/", factory)
    server.attach(None)
    GLib.MainLoop().run()


main(*sys.argv[1:])
