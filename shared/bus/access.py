"""How to speak to the brokers, and as whom. Knows no client."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.bounded import read_secret
from shared.config import Misconfigured, Settings
from shared.tls import trusting


@dataclass(frozen=True)
class Access:
    """The files are read whenever a client is made, so a password can be changed under running processes."""

    protocol: str = "PLAINTEXT"
    ca_file: Path | None = None
    mechanism: str = "SCRAM-SHA-512"
    username: str = ""
    password_file: Path | None = None

    def options(self) -> dict[str, Any]:
        """What aiokafka calls these. Raises Misconfigured for a file that cannot be used."""
        options: dict[str, Any] = {"security_protocol": self.protocol}
        if self.protocol.endswith("SSL"):
            options["ssl_context"] = self._trusting()
        if self.protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self._password()
        return options

    def _trusting(self) -> ssl.SSLContext:
        try:
            return trusting(self.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise Misconfigured(f"PLUMBLINE_KAFKA_CA_FILE: {self.ca_file} cannot be used: {error}") from None

    def _password(self) -> str:
        try:
            password = read_secret(self.password_file).decode().strip() if self.password_file else ""
        except (OSError, ValueError) as error:
            raise Misconfigured(
                f"PLUMBLINE_KAFKA_PASSWORD_FILE: {self.password_file} cannot be read: {error}"
            ) from None
        if not password:
            raise Misconfigured(f"PLUMBLINE_KAFKA_PASSWORD_FILE: there is no password in {self.password_file}")
        return password


def user_of(settings: Settings, name: str) -> str:
    """What a service is called at the brokers."""
    return settings.kafka_username.replace("{service}", name)


def access(settings: Settings, name: str) -> Access:
    """As a service or a job of this name. Raises Misconfigured for settings that contradict each other, or for a file
    that cannot be used."""
    protocol, secret = settings.kafka_security_protocol, settings.kafka_password_file
    if protocol.startswith("SASL") and not (settings.kafka_username and secret):
        raise Misconfigured(f"{protocol} needs PLUMBLINE_KAFKA_USERNAME and PLUMBLINE_KAFKA_PASSWORD_FILE")
    if not protocol.startswith("SASL") and (settings.kafka_username or secret):
        raise Misconfigured(f"PLUMBLINE_KAFKA_SECURITY_PROTOCOL: by {protocol} nobody is asked for a password")
    file = Path(secret.replace("{service}", name)) if secret else None
    made = Access(protocol, settings.kafka_ca_file, settings.kafka_sasl_mechanism, user_of(settings, name), file)
    made.options()
    return made
