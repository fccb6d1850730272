"""What each container holds makes no token that is another's: tried with every key, name and scope there is."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from joserfc.jwk import OKPKey

from services import assembly
from shared import clock
from shared.bus import open_bus
from shared.config import APPLICATIONS, KEYS, SERVICES
from shared.http.auth import mint
from shared.scopes import ALL_SCOPES
from tests.platform import settings_for
from tests.service.api import Api, one_loop

pytestmark = one_loop
SUBJECTS = ("tester", "local", "alignment", "prometheus")
COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text())
HEALTHY = {
    "alignment": {("alignment", f"{owner}:read") for owner in ("strategy", "catalog", "roles")},
    "metrics-token": {("prometheus", f"{service}:metrics") for service in APPLICATIONS},
    "web": {(who, f"{service}:{may}") for who in SUBJECTS for service in SERVICES for may in ("read", "write")},
}
"""What a container's key may say, by hand: its subject, and the scopes that it needs. The page speaks for whoever has
signed in, but reads no metrics. The others may say nothing."""
ASKED = {"read": ("GET", "v1/changes"), "metrics": ("GET", "metrics"), "write": ("POST", None)}


def held(container: str, keys: Path) -> list[Path]:
    """The key files that compose mounts into a container, as they lie in a folder of keys."""
    mounts = [volume.split(":")[1] for volume in COMPOSE["services"][container]["volumes"]]
    folders = [Path(mount).relative_to("/run/keys") for mount in mounts if mount.startswith("/run/keys/")]
    return [path for folder in folders for path in sorted((keys / folder).glob("*.json"))]


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def pairs(value: Any) -> Iterator[Any]:
    """Every private key anywhere in a file."""
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from pairs(member)
    if isinstance(value, dict) and "d" in value:
        yield {name: value[name] for name in ("kty", "crv", "x", "d")}


def forgeries(files: list[Path], subject: str, scope: str) -> Iterator[str]:
    """Tokens of a subject with a scope by every key in these files, under every name and issuer that they mention."""
    documents = [json.loads(path.read_text()) for path in files]
    (trusted,) = (document for document in documents if "keys" in document)
    now = int(clock.now().timestamp())
    said = {"aud": trusted["audience"], "sub": subject, "scope": scope, "iat": now, "exp": now + 600}
    secrets = [base64.urlsafe_b64decode(key["x"] + "=") for key in trusted["keys"]]
    for key in trusted["keys"]:
        claims = part(said | {"iss": key["iss"]})
        text = f"{part({'alg': 'Ed25519', 'kid': key['kid'], 'typ': 'JWT'})}.{claims}"
        for pair in pairs(documents):
            signature = OKPKey.import_key(pair).get_op_key("sign").sign(text.encode())  # type: ignore[union-attr]
            yield f"{text}.{part(signature)}"
        for secret in secrets:
            text = f"{part({'alg': 'HS256', 'kid': key['kid'], 'typ': 'JWT'})}.{claims}"
            yield f"{text}.{part(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def allowed(container: str, subject: str, scope: str) -> bool:
    return (subject, scope) in HEALTHY.get(container, set())


@pytest.mark.parametrize("container", [*APPLICATIONS, "metrics-token"])
async def test_no_container_can_make_a_token_that_is_anothers(api: Api, container: str) -> None:
    keys = api.platform.settings.home / KEYS
    files = held(container, keys)
    if container not in APPLICATIONS:
        files += held("alignment", keys)[:1]  # everybody may know the public keys
    tried = 0
    for service in SERVICES:
        for action, (method, path) in ASKED.items():
            where = f"/{service}/{path}" if path else f"/{service}/v1/bulk"
            for subject in SUBJECTS:
                scope = f"{service}:{action}"
                statuses = [
                    (await api.send(method, where, headers={"Authorization": f"Bearer {token}"})).status_code
                    for token in forgeries(files, subject, scope)
                ]
                tried += len(statuses)
                if allowed(container, subject, scope):
                    assert 200 in statuses, "it can do what it is for"
                else:
                    assert set(statuses) == {401}, (container, subject, scope)
    assert tried >= 4 * 3 * 4 * 9


async def test_a_service_that_claims_more_gets_nothing_and_not_a_part(api: Api) -> None:
    files = held("alignment", api.platform.settings.home / KEYS)
    for scope in (" ".join(ALL_SCOPES), "strategy:read strategy:write"):
        for token in forgeries(files, "alignment", scope):
            answer = await api.send("GET", "/strategy/v1/changes", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401


async def test_what_the_issuers_job_holds_makes_any(api: Api) -> None:
    """So the tests above cannot pass because nothing that is forged like this would ever do."""
    keys = api.platform.settings.home / KEYS
    files = held("issuer", keys) + held("alignment", keys)[:1]
    statuses = {
        (await api.send("GET", "/roles/metrics", headers={"Authorization": f"Bearer {token}"})).status_code
        for token in forgeries(files, "anybody", "roles:metrics")
    }
    assert statuses == {200, 401}


@pytest.mark.parametrize("service", APPLICATIONS)
async def test_metrics_have_a_scope_of_their_own(api: Api, service: str) -> None:
    others = [scope for scope in ALL_SCOPES if scope != f"{service}:metrics"]
    assert (await api.as_caller(*others).send("GET", f"/{service}/metrics")).status_code == 403
    assert (await api.as_caller(f"{service}:metrics").send("GET", f"/{service}/metrics")).status_code == 200


async def test_of_two_tokens_neither_is_taken(api: Api) -> None:
    token = api.platform.token("tester", "strategy:read")
    for headers in ([f"Bearer {token}", "Bearer x"], ["Bearer x", f"Bearer {token}"], [f"Bearer {token}"] * 2):
        twice = [("Authorization", value) for value in headers]
        async with httpx.AsyncClient(transport=api.platform.http._transport, base_url="http://plumbline") as http:
            assert (await http.get("/strategy/v1/tactics", headers=twice)).status_code == 401


async def test_without_its_public_keys_a_service_says_that_it_is_not_available(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    token = mint(settings.issuer_key_path, "tester")
    settings.trusted_keys_path.unlink()
    app = assembly.build("catalog", settings, open_bus(settings.bus))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://catalog") as http:
        answer = await http.get("/catalog/v1/services", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert str(tmp_path) not in answer.text
        assert (await http.get("/catalog/livez")).status_code == 200


async def test_headers_that_once_were_a_fault_of_ours_are_refused_without_a_line_in_the_log(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = part({"sub": "x", "exp": 10**400, "iat": 0})
    headers: list[Any] = [
        {"alg": "HS256", "crit": 5},
        {"alg": "Ed25519", "crit": 5},
        {"crit": {"a": [1]}},
        5,
        None,
        [[]],
    ]
    for header in headers:
        token = f"{part(header)}.{claims}.{part(b'x' * 64)}"
        answer = await api.send("GET", "/strategy/v1/tactics", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
        assert len(answer.content) < 300
    told = capsys.readouterr()
    assert told.err + told.out == ""
