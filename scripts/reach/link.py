"""A slow link in user space, since a namespace of a plain user has no netem.

A TUN device that is its own other end: of each packet the two addresses are swapped, which leaves the checksums as
they are, so a connection to 10.9.1.N arrives at this machine's own 10.9.1.1, and fd00:9::N at fd00:9::1. The last
part of N says how long a packet takes: see DELAYS.
"""
import fcntl
import heapq
import os
import select
import struct
import subprocess
import time

TUNSETIFF = 0x400454CA
IFF_TUN = 0x0001
IFF_NO_PI = 0x1000

# Seconds in each direction: handshakes of 20 ms, 300 ms and 1.5 s.
DELAYS = {2: 0.01, 3: 0.15, 4: 0.75}

link = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(link, TUNSETIFF, struct.pack("16sH", b"slow", IFF_TUN | IFF_NO_PI))
for command in (
    "ip addr add 10.9.1.1/24 dev slow",
    "ip -6 addr add fd00:9::1/64 dev slow nodad",
    "ip link set slow up",
):
    subprocess.check_call(["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; " + command])
print("up", flush=True)

waiting = []
count = 0
while True:
    now = time.monotonic()
    while waiting and waiting[0][0] <= now:
        os.write(link, heapq.heappop(waiting)[2])
    patience = waiting[0][0] - now if waiting else None
    if not select.select([link], [], [], patience)[0]:
        continue
    packet = os.read(link, 65535)
    at, size = (12, 4) if packet[0] >> 4 == 4 else (8, 16)
    source, target = packet[at : at + size], packet[at + size : at + 2 * size]
    delay = DELAYS.get(max(source[-1], target[-1]))
    if delay is None:
        continue
    count += 1
    swapped = packet[:at] + target + source + packet[at + 2 * size :]
    heapq.heappush(waiting, (time.monotonic() + delay, count, swapped))
