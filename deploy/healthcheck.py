"""Health of the service that runs in this container: exit 0 once it answers that it is ready.

Which one that is stands in the command line of the first process (``plumbline serve SERVICE``), so the image needs
no setting for it. It runs every few seconds, so it loads as little as it can.
"""

import os
import socket
import sys


def served(command: bytes) -> str | None:
    """The service that a command line serves; None for a job."""
    words = command.decode().split("\0")
    return words[words.index("serve") + 1] if "serve" in words else None


def ready(service: str, port: int) -> bool:
    """Whether it answers 200; raises OSError when it does not answer at all."""
    with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
        connection.sendall(f"GET /{service}/readyz HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        return connection.recv(64).split(b" ")[1:2] == [b"200"]


if __name__ == "__main__":
    with open("/proc/1/cmdline", "rb") as file:
        name = served(file.read())
    try:
        sys.exit(name is not None and not ready(name, int(os.environ.get("PLUMBLINE_PORT", "8000"))))
    except OSError:
        sys.exit(1)
