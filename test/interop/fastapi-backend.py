"""The analysis backend in FastAPI: validates deliveries, ends after that of camera `fastapi`."""
import sys

import uvicorn
from fastapi import FastAPI, Header
from pydantic import BaseModel, ConfigDict


class CameraStream(BaseModel):
    model_config = ConfigDict(extra="forbid")
    camera_id: str
    camera_description: str | None
    stream_type: str
    rtsp_url: str | None
    video_url: str | None


app = FastAPI()


@app.post("/api/camera-stream")
async def camera_stream(stream: CameraStream, idempotency_key: str = Header()):
    if stream.camera_id == "fastapi":
        print(f"{stream.stream_type} of camera {stream.camera_id}, {len(idempotency_key)} characters of key")
        server.should_exit = True
    return {"status": "accepted"}


server = uvicorn.Server(uvicorn.Config(app, port=int(sys.argv[1]), log_level="warning"))
server.run()
