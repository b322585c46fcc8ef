"""Runs a program on a pseudo-terminal of its own.

Usage: onPty.py ROWS COLUMNS PROGRAM ARGUMENT...
stdin: lines of JSON, {"keys": "..."} or {"resize": [rows, columns]}. stdout: what the program writes. Ends with its exit code.
"""
import fcntl
import json
import os
import pty
import selectors
import struct
import sys
import termios


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


pid, terminal = pty.fork()
if pid == 0:
    resize(0, int(sys.argv[1]), int(sys.argv[2]))
    os.execvp(sys.argv[3], sys.argv[3:])

selector = selectors.DefaultSelector()
selector.register(terminal, selectors.EVENT_READ)
selector.register(0, selectors.EVENT_READ)
pending = b""
while True:
    ready = [key.fd for key, _ in selector.select()]
    if terminal in ready:
        try:
            output = os.read(terminal, 65536)
        except OSError:
            output = b""
        if not output:
            break
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    if 0 in ready:
        read = os.read(0, 65536)
        if not read:
            selector.unregister(0)
        pending += read
        *lines, pending = pending.split(b"\n")
        for line in lines:
            order = json.loads(line)
            if "resize" in order:
                resize(terminal, *order["resize"])
            else:
                os.write(terminal, order["keys"].encode())

_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)
