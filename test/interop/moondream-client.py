"""Asks the gateway a question with the official Moondream client, which sends its key alone."""
import sys

import moondream
from PIL import Image

endpoint, key = sys.argv[1:]
model = moondream.vl(endpoint=endpoint, api_key=key)
print(model.query(Image.new("RGB", (64, 48)), "What is this?")["answer"])
