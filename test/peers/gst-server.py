"""A third-party RTSP server (GStreamer's GstRtspServer) for tests.

Prints {"port": N} once it serves. Mounts: /h264 /h265 /mjpeg /bframes, the
SMPTE bars /bars-601-limited /bars-601-full /bars-709-limited /bars-709-full.
With --digest it wants digest authentication.
"""
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

USER, PASSWORD = "viewer", "p@ss:w/rd#1"
SIZE = "width=640,height=360,framerate=15/1"
X264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15"
# range:matrix:transfer:primaries, as GstVideoColorimetry writes them.
COLORIMETRY = {
    "601-limited": "2:4:7:4",
    "601-full": "1:4:7:4",
    "709-limited": "2:3:5:1",
    "709-full": "1:3:5:1",
}


def h264(source, encoder=X264):
    return f"( {source} ! {encoder} ! rtph264pay name=pay0 pt=96 config-interval=-1 )"


def ball():
    return f"videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,{SIZE}"


def bars(name):
    return (
        f"videotestsrc is-live=true pattern=smpte ! video/x-raw,format=RGB,{SIZE} ! videoconvert"
        f" ! video/x-raw,format=I420,colorimetry=(string){COLORIMETRY[name]}"
    )


MOUNTS = {
    "/h264": h264(ball()),
    "/h265": f"( {ball()} ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph265pay name=pay0 pt=96 )",
    "/mjpeg": f"( {ball()} ! jpegenc ! rtpjpegpay name=pay0 pt=26 )",
    "/bframes": h264(ball(), "x264enc speed-preset=ultrafast bframes=2 key-int-max=30 rc-lookahead=5"),
    **{f"/bars-{name}": h264(bars(name), f"{X264} quantizer=4 pass=quant") for name in COLORIMETRY},
}


def demand_digest(server):
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    auth.add_digest(USER, PASSWORD, token)
    server.set_auth(auth)


def allow_viewer(factory):
    permissions = GstRtspServer.RTSPPermissions()
    for action in ("access", "construct"):
        permissions.add_permission_for_role("viewer", f"media.factory.{action}", True)
    factory.set_permissions(permissions)


def main(guarded):
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_service("0")
    mounts = server.get_mount_points()
    for path, launch in MOUNTS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(launch)
        factory.set_shared(True)
        if guarded:
            allow_viewer(factory)
        mounts.add_factory(path, factory)
    if guarded:
        demand_digest(server)
    server.attach(None)
    print(json.dumps({"port": server.get_bound_port()}), flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(guarded="--digest" in sys.argv)
