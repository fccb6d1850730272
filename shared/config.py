"""Settings, read from the environment once. A URL picks a backend; nothing else knows which one runs."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.bounded import read_secret
from shared.contracts.owners import OWNERS

RELEASE = "0.1.0"
"""Of this code, which runs where no package of it is installed as well."""
SERVICES = (*OWNERS, "alignment")
APPLICATIONS = (*SERVICES, "web")
"""What has a process and a database of its own: the services, and the page in front of them."""
KEYS = "keys"
"""The folder of keys in a home; below it each holder has a folder with what is its own."""
TRUSTED_KEYS = Path("public", "token-keys.json")
ISSUER_KEY = Path("issuer", "token-key.json")
SERVICE_KEY = Path("alignment", "token-key.json")
WEB_KEY = Path("web", "token-key.json")
PROOF_KEY = Path("strategy", "proof-key.json")


class Misconfigured(Exception):
    """A setting names something that cannot be used; the message says which and why."""


class Settings(BaseSettings):
    """Every setting is an environment variable with the prefix ``PLUMBLINE_``."""

    model_config = SettingsConfigDict(env_prefix="PLUMBLINE_", extra="ignore", frozen=True)

    home: Path = Field(Path("data"), description="Folder of the embedded platform: databases, event log, keys.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on.")
    database_url: str = Field(
        "", description="Database per service, with a `{service}` placeholder. Default: SQLite files in the home."
    )
    database_url_file: str = Field(
        "", description="File with the database URL, instead of the URL itself; also with a `{service}` placeholder."
    )
    database_ca_file: Path | None = Field(
        None, description="Certificates that PostgreSQL's is checked against (PEM), as `sslmode=verify-full` does."
    )
    bus_url: str = Field("", description="Event bus, `log:///path` or `kafka://host:9092`. Default: a log in the home.")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How the brokers are spoken to."
    )
    kafka_ca_file: Path | None = Field(
        None, description="Certificates that brokers' are checked against (PEM). Default: those of the system."
    )
    kafka_sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512", description="How a password is proven."
    )
    kafka_username: str = Field("", description="User at the brokers; may have a `{service}` placeholder.")
    kafka_password_file: str = Field("", description="File with the user's password; may have the placeholder too.")
    service_url: str = Field(
        "",
        description="Where alignment finds an owner, and the page all services, with a `{service}` placeholder. "
        "Embedded: in the same process.",
    )
    trusted_keys_file: Path | None = Field(
        None, description="Public keys that tokens are checked with (JWKS). Default: in the home."
    )
    issuer_key_file: Path | None = Field(
        None, description="Private key that signs tokens; for `token` and `sign-in` alone. Default: in the home."
    )
    service_key_file: Path | None = Field(
        None, description="Private key of alignment's own tokens, by which it reads the owners. Default: in the home."
    )
    web_key_file: Path | None = Field(
        None,
        description="Private key of the page's tokens, by which people act that are signed in. Default: in the home.",
    )
    proof_key_file: Path | None = Field(
        None, description="Private key that signs proofs; strategy's alone. Default: in the home."
    )
    lease_seconds: Annotated[float, Field(gt=0)] = Field(10.0, description="How long a silent leader keeps its lease.")
    sweep_seconds: Annotated[float, Field(gt=0)] = Field(
        1.0, description="How often a leader looks without being woken."
    )
    wait_seconds: Annotated[float, Field(gt=0, le=30)] = Field(5.0, description="Longest wait of `wait_for`.")
    max_connections: Annotated[int, Field(gt=0)] = Field(
        1000, description="Connections of one process at a time; more are refused with 503."
    )
    max_waiting: Annotated[int, Field(gt=0)] = Field(
        100, description="Requests of one process that wait by `wait_for` at a time; more are refused with 503."
    )
    max_streams: Annotated[int, Field(gt=0)] = Field(
        100, description="Streams of changes that a service has open in a process; more are refused with 503."
    )
    stream_seconds: Annotated[float, Field(gt=0)] = Field(
        300.0, description="How long a stream of changes lasts before its reader has to come again."
    )
    max_held_bytes: Annotated[int, Field(gt=0)] = Field(
        67_108_864,
        description="Bytes of request bodies that a service holds at a time; more are refused with 503.",
    )
    max_body_bytes: Annotated[int, Field(gt=0)] = Field(1_048_576, description="Largest request body.")
    max_bulk_bytes: Annotated[int, Field(gt=0)] = Field(
        16_777_216, description="Largest body of `POST /bulk`, and files that the page takes at once."
    )
    max_event_bytes: Annotated[int, Field(gt=0)] = Field(
        262_144, description="Largest event; a larger write is refused."
    )
    session_hours: Annotated[float, Field(gt=0, le=24)] = Field(
        12.0, description="How long somebody stays signed in on the page."
    )
    public_url: str = Field(
        "", description="Address of the page as browsers have it, to which a provider of sign-ins leads back."
    )
    oidc_issuer: str = Field("", description="Issuer by which people sign in on the page (OpenID Connect).")
    oidc_client_id: str = Field("", description="What the page is called at the issuer.")
    oidc_client_secret_file: Path | None = Field(
        None, description="File with the page's secret at the issuer. Without it the page is a public client."
    )
    oidc_subject_claim: str = Field("sub", description="Claim of the `id_token` that is the subject of who signs in.")
    oidc_groups_claim: str = Field("groups", description="Claim of the `id_token` with the groups of who signs in.")
    groups_file: Path | None = Field(None, description="File that says what groups may do (YAML).")
    increment_items: Annotated[int, Field(ge=1, le=500)] = Field(
        25, description="How many items an increment may hold when it is submitted for sign-off."
    )
    pending_minutes: Annotated[int, Field(ge=0)] = Field(15, description="How long finding D01 stays pending.")
    settle_seconds: Annotated[float, Field(ge=0)] = Field(
        60.0, description="A finding that is resolved sooner after it came up leaves no trace."
    )
    survey_seconds: Annotated[float, Field(ge=0)] = Field(
        60.0, description="Least time between two looks at the whole view for what no change shows; 0: no looks."
    )
    embedded: bool = Field(False, description="All services in one process; set by `plumbline up`.")
    log_level: str = Field("INFO", description="Level of the log on standard error.")

    def database(self, service: str) -> str:
        """The database URL of a service. Raises Misconfigured when the file that has it cannot be read."""
        url = self._database(service)
        if self.database_ca_file is None or not url.startswith("postgresql"):
            return url
        trusting = urlencode({"sslmode": "verify-full", "sslrootcert": str(self.database_ca_file)})
        return f"{url}{'&' if '?' in url else '?'}{trusting}"

    def _database(self, service: str) -> str:
        if self.database_url_file:
            return _content(self.database_url_file.replace("{service}", service))
        template = self.database_url or f"sqlite+aiosqlite:///{self.home}/{{service}}.sqlite"
        return template.replace("{service}", service)

    @property
    def is_all_in_home(self) -> bool:
        """Whether databases and event log are files in the home."""
        return not (self.database_url or self.database_url_file or self.bus_url)

    @property
    def bus(self) -> str:
        return self.bus_url or f"log://{(self.home / 'events.sqlite').absolute()}"

    def owner_url(self, service: str) -> str:
        return (self.service_url or f"http://{self.host}:{self.port}").replace("{service}", service)

    @cached_property
    def trusted_keys_path(self) -> Path:
        return self.trusted_keys_file or self.home / KEYS / TRUSTED_KEYS

    @cached_property
    def issuer_key_path(self) -> Path:
        return self.issuer_key_file or self.home / KEYS / ISSUER_KEY

    @cached_property
    def service_key_path(self) -> Path:
        return self.service_key_file or self.home / KEYS / SERVICE_KEY

    @cached_property
    def web_key_path(self) -> Path:
        return self.web_key_file or self.home / KEYS / WEB_KEY

    @cached_property
    def proof_key_path(self) -> Path:
        return self.proof_key_file or self.home / KEYS / PROOF_KEY


def _content(path: str) -> str:
    try:
        return read_secret(Path(path)).decode().strip()
    except (OSError, ValueError) as error:
        raise Misconfigured(f"PLUMBLINE_DATABASE_URL_FILE: {path} cannot be read: {error}") from None
