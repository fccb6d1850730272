"""Health of the service that runs in this container: exit 0 once it answers that it is ready.

Which one that is stands in the command line of the first process (``plumbline serve SERVICE``), so the image needs
no setting for it. Standard library only: it runs every few seconds.
"""

import os
import sys
from http.client import HTTPConnection
from pathlib import Path


def served(command: bytes) -> str | None:
    """The service that a command line serves; None for a job."""
    words = command.decode().split("\0")
    return words[words.index("serve") + 1] if "serve" in words else None


def ready(service: str) -> bool:
    connection = HTTPConnection("127.0.0.1", int(os.environ.get("PLUMBLINE_PORT", "8000")), timeout=4)
    connection.request("GET", f"/{service}/readyz")
    return connection.getresponse().status == 200


if __name__ == "__main__":
    service = served(Path("/proc/1/cmdline").read_bytes())
    try:
        sys.exit(service is not None and not ready(service))
    except OSError:
        sys.exit(1)
