"""
Carries packets between two TUN devices in two network namespaces, each after a delay:
`wire.py NAMESPACE DEVICE NAMESPACE DEVICE`. A line on standard input sets the delay, milliseconds each way.
It stands in for netem of tc, which many kernels of virtual machines lack.
"""
import collections
import ctypes
import fcntl
import os
import selectors
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000
CLONE_NEWNET = 0x40000000
MAX_PACKET = 65536

libc = ctypes.CDLL(None, use_errno=True)


def open_tun(namespace, device):
    with open(f"/run/netns/{namespace}") as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
    return tun


def read_all(tun, queue, due):
    while True:
        try:
            queue.append((due, os.read(tun, MAX_PACKET)))
        except BlockingIOError:
            return


def write_due(tun, queue, now):
    while queue and queue[0][0] <= now:
        try:
            os.write(tun, queue.popleft()[1])
        except OSError:
            pass  # A device that is down drops packets, as a real one.


ends = open_tun(*sys.argv[1:3]), open_tun(*sys.argv[3:5])
queues = {end: collections.deque() for end in ends}
other = {ends[0]: ends[1], ends[1]: ends[0]}
delay = 0.0
selector = selectors.DefaultSelector()
for readable in (*ends, sys.stdin.fileno()):
    selector.register(readable, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    first = min((queue[0][0] for queue in queues.values() if queue), default=None)
    wait = None if first is None else max(0.0, first - time.monotonic())
    for key, _ in selector.select(wait):
        if key.fd in queues:
            read_all(key.fd, queues[key.fd], time.monotonic() + delay)
            continue
        line = sys.stdin.readline()
        if line == "":
            sys.exit(0)
        delay = float(line) / 1000
    for end, queue in queues.items():
        write_due(other[end], queue, time.monotonic())
