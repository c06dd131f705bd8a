"""Lists cameras and fetches a JPEG with the client that openapi-python-client generated."""
import json
import sys

folder, origin = sys.argv[1:]
sys.path.insert(0, folder)

from generated_client import Client
from generated_client.api.cameras import list_cameras
from generated_client.api.live_pictures import get_frame

client = Client(base_url=origin)
cameras = list_cameras.sync(client=client)
frame = get_frame.sync(camera_id="1", client=client, width=320)
print(json.dumps({"ids": [camera.id for camera in cameras], "jpeg": frame.payload.read().hex()}))
