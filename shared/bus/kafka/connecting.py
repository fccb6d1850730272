"""What every client of the brokers is made with, and a clear word when they let none in.

aiokafka says "unable to bootstrap" whatever the reason, which only its log has. So after a failure we try a single
connection by ourselves, and say what became of that.
"""

import ssl
from collections.abc import Sequence
from typing import Any, Protocol

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from shared.bus import BusUnavailable
from shared.bus.access import Access
from shared.config import Misconfigured

_CLIENT = "plumbline"
_NOT_LET_IN = (
    AuthenticationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)


class Starting(Protocol):
    async def start(self) -> None: ...


class Brokers:
    """Where they are, and how to speak to them."""

    def __init__(self, servers: Sequence[str], access: Access, seconds: float) -> None:
        self._servers = servers
        self._access = access
        self._milliseconds = int(seconds * 500)  # so that a client fails by itself before our deadline

    def options(self) -> dict[str, Any]:
        """Of every client. Raises BusUnavailable while a file that it takes cannot be read."""
        try:
            given = self._access.options()
        except Misconfigured as error:
            raise BusUnavailable(str(error)) from None
        return given | {
            "bootstrap_servers": list(self._servers),
            "client_id": _CLIENT,
            "request_timeout_ms": self._milliseconds,
        }

    async def start(self, client: Starting) -> None:
        """Start a client; raises BusUnavailable with the reason if the brokers do not let it in."""
        try:
            await client.start()
        except KafkaConnectionError:
            for server in self._servers:
                if reason := await self._refusal(server):
                    raise BusUnavailable(f"Kafka: {reason}") from None
            raise

    async def _refusal(self, server: str) -> str | None:
        """Why a broker does not let us in; None if it does, or if nobody is there."""
        host, _, port = server.rpartition(":")
        options = self._access.options() | {"client_id": _CLIENT, "request_timeout_ms": self._milliseconds}
        try:
            connection = await create_conn(host, int(port), **options)
        except ssl.SSLCertVerificationError as error:
            return f"the certificate of {server} is not trusted (PLUMBLINE_KAFKA_CA_FILE): {error.verify_message}"
        except ssl.SSLError as error:
            return f"{server} does not speak TLS as we do: {error.reason or error}"
        except _NOT_LET_IN as error:
            return f"{server} does not let in the user {self._access.username!r}: {error}"
        except (OSError, ValueError, KafkaConnectionError) as error:
            return f"{server}: {error}" if isinstance(error, ValueError) else None
        connection.close()
        return None
