"""Plays a camera by WHEP with aiortc and prints the size of the third picture."""
import asyncio
import sys

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription


async def main(endpoint: str) -> None:
    peer = RTCPeerConnection()
    peer.addTransceiver("video", direction="recvonly")
    tracks: asyncio.Queue = asyncio.Queue()
    peer.on("track", tracks.put_nowait)
    await peer.setLocalDescription(await peer.createOffer())
    async with aiohttp.ClientSession() as http:
        headers = {"Content-Type": "application/sdp"}
        async with http.post(endpoint, data=peer.localDescription.sdp, headers=headers) as answer:
            assert answer.status == 201, await answer.text()
            location = str(answer.url.join(type(answer.url)(answer.headers["Location"])))
            sdp = await answer.text()
        await peer.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        track = await tracks.get()
        for _ in range(3):
            frame = await asyncio.wait_for(track.recv(), 10)
        async with http.delete(location) as ended:
            assert ended.status == 200, ended.status
    await peer.close()
    print(f"{frame.width}x{frame.height}")


asyncio.run(main(sys.argv[1]))
