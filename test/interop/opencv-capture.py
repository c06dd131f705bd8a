"""Reads 20 pictures of an address with OpenCV and prints how many came and their size."""
import sys

import cv2

capture = cv2.VideoCapture(sys.argv[1])
assert capture.isOpened(), "VideoCapture does not open it"
for count in range(1, 21):
    taken, picture = capture.read()
    assert taken, f"no picture after {count - 1}"
print(f"{count} pictures of {picture.shape[1]}x{picture.shape[0]}")
