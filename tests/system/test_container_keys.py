"""Inside the containers: nothing that lies in one makes a token of somebody else's; the job that issues them does."""

import json
import subprocess
from typing import Any

import httpx
import pytest
from lxml import html

from shared.config import APPLICATIONS, SERVICES
from tests.system.containers import Stack, run

pytestmark = pytest.mark.compose

_FORGE = """
import itertools, json, pathlib, time, urllib.error, urllib.request
from joserfc import jwt
from joserfc.jwk import OKPKey

def pairs(value):
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from pairs(member)
    if isinstance(value, dict) and "d" in value:
        yield OKPKey.import_key({name: value[name] for name in ("kty", "crv", "x", "d")})

found = [json.loads(path.read_text()) for path in pathlib.Path("/run").rglob("*.json")]
(trusted,) = (document for document in found if "keys" in document)
statuses = {}
now = int(time.time())
for pair, key in itertools.product(pairs(found), trusted["keys"]):
    for subject, scope in (
        ("tester", "strategy:read"), ("tester", "catalog:write"), ("prometheus", "roles:metrics"),
        ("alignment", "roles:read"), ("alignment", "roles:write"),
    ):
        claims = {"iss": key["iss"], "aud": trusted["audience"], "sub": subject, "scope": scope}
        claims |= {"iat": now, "exp": now + 600}
        token = jwt.encode({"alg": "Ed25519", "kid": key["kid"], "typ": "JWT"}, claims, pair, algorithms=["Ed25519"])
        service, action = scope.split(":")
        path = "metrics" if action == "metrics" else "v1/changes"
        address, headers = f"http://{service}:8000/{service}/{path}", {"Authorization": f"Bearer {token}"}
        try:
            status = urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10).status
        except urllib.error.HTTPError as error:
            status = error.code
        statuses.setdefault(f"{subject} {scope}", set()).add(status)
print(json.dumps({name: sorted(each) for name, each in statuses.items()}))
"""
REFUSED = [401]
PEOPLE = {
    "tester strategy:read": [200, 401], "tester catalog:write": [401, 403],
    "alignment roles:read": [200, 401], "alignment roles:write": [401, 403],
}  # fmt: skip
"""What the page may say: anything that somebody may have signed in with. To write is not to read."""


def forged(stack: Stack, service: str) -> dict[str, list[int]]:
    """What was answered to each subject and scope, by any key and under any name in the container."""
    container = stack.replicas(service)[0]
    said: dict[str, list[int]] = json.loads(run("docker", "exec", container, "python", "-c", _FORGE))
    return said


@pytest.mark.parametrize("service", APPLICATIONS)
def test_a_container_can_make_no_token_but_its_own(stack: Stack, service: str) -> None:
    said = forged(stack, service)
    if service == "alignment":
        assert said.pop("alignment roles:read") == [200, 401], "what it reads the owners with"
    if service == "web":
        assert {name: said.pop(name) for name in PEOPLE} == PEOPLE
    assert bool(said) == (service in ("strategy", "alignment", "web")), "the others hold no private key at all"
    assert all(statuses == REFUSED for statuses in said.values()), said


@pytest.mark.parametrize("service", APPLICATIONS)
def test_the_command_issues_nothing_in_a_service(stack: Stack, service: str) -> None:
    container = stack.replicas(service)[0]
    done = subprocess.run(["docker", "exec", container, "plumbline", "token"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_key_is_rotated_while_everything_runs(stack: Stack) -> None:
    """Tokens of before and after are both taken, at once and by every service."""
    before = stack.token()
    stack.compose("run", "--rm", "-T", "key", "--rotate", "issuer")
    after = stack.compose("run", "--rm", "-T", "issuer", "token").strip()
    assert before.split(".")[0] != after.split(".")[0], "they name different keys"
    for service in SERVICES:
        container = stack.replicas(service)[0]
        for token in (after, before):
            assert stack.fetch(container, f"/{service}/metrics", token)


def test_a_code_that_signs_in_works_once_and_is_in_no_log(stack: Stack) -> None:
    """Printed by the issuer's job; also when the gateway finds nobody to pass it on to, and writes why."""
    address = stack.compose("run", "--rm", "-T", "issuer", "sign-in", "--subject", "ada").strip()
    assert address.startswith(f"{stack.url}/signin?code=")
    code = address.partition("=")[2]
    with httpx.Client(base_url=stack.url, follow_redirects=False, timeout=30) as browser:
        form: Any = html.document_fromstring(browser.get(address).text)
        fields = {field.get("name"): field.get("value") for field in form.xpath("//main//form//input")}
        assert browser.post("/signin", data=fields).status_code == 303
        assert browser.get("/").status_code == 200
        assert browser.post("/signin", data=fields).status_code in (401, 403)
        stack.compose("stop", "web")
        for path in ("/signin", "/signin/", "/%73ignin"):
            assert browser.get(f"{path}?code={code}").status_code in (502, 503)
        assert browser.get("/search?q=seen").status_code in (502, 503)
        stack.up()
        assert browser.get("/").status_code == 200, "the session is in the database"
    assert code not in stack.compose("logs", "--no-color")
    assert "q=seen" in stack.compose("logs", "--no-color", "gateway"), "of other addresses it does write why"
