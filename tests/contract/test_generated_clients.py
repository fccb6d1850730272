"""Clients that others generate from the OpenAPI documents: the generators accept these, and what they make works."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.config import SERVICES
from tests import backends, documents
from tests.backends.fetched import modules_of, packages_of, program
from tests.backends.server import Missing
from tests.platform import Platform, running, settings_for

FOLDER = Path(__file__).parents[1] / "clients"
LOCK = Path(__file__).parents[2] / "requirements" / "clients.txt"
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a document of each service, as it is served."""
    home = tmp_path_factory.mktemp("clients")
    for service, document in documents.openapi().items():
        (home / f"{service}.json").write_text(json.dumps(document))
    return home


@pytest.fixture(scope="module")
def modules() -> Path:
    try:
        program("node")
        return modules_of("openapi-clients", FOLDER)
    except Missing as reason:
        backends.skip("node", reason)


@pytest.fixture(scope="module")
def generator() -> Path:
    return backends.needed("generators", lambda: packages_of("openapi-python-client", LOCK))


def run(command: Sequence[str | Path], **environment: str) -> str:
    """What a command says; it must succeed."""
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


@every_service
def test_redocly_has_nothing_against_it(service: str, folder: Path, modules: Path) -> None:
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    config = f"--config={FOLDER / 'redocly.yaml'}"
    said = run([modules / ".bin" / "redocly", "lint", config, "--format=json", folder / f"{service}.json"], **quiet)
    totals = json.loads(said[said.index("{") :].partition("\n}")[0] + "\n}")["totals"]
    assert totals == {"errors": 0, "warnings": 0, "ignored": 0}, said[:3000]


@pytest.fixture(scope="module")
def typed(folder: Path, modules: Path) -> Path:
    """A folder with the TypeScript types of every service, and the modules that a program imports."""
    made = folder / "typescript"
    made.mkdir()
    (made / "node_modules").symlink_to(modules)
    for service in SERVICES:
        run([modules / ".bin" / "openapi-typescript", folder / f"{service}.json", "-o", made / f"{service}.ts"])
    return made


def compiled(typed: Path, *sources: str) -> str:
    """What the compiler has against them."""
    flags = ["--noEmit", "--strict", "--noUncheckedIndexedAccess", "--target", "es2022", "--module", "esnext"]
    command = [str(typed / "node_modules" / ".bin" / "tsc"), *flags, "--moduleResolution", "bundler", *sources]
    return subprocess.run(command, cwd=typed, capture_output=True, text=True, timeout=300).stdout


def test_a_program_that_uses_the_types_compiles(typed: Path) -> None:
    (typed / "sign.ts").write_text((FOLDER / "sign.ts").read_text())
    assert compiled(typed, "sign.ts", *(f"{service}.ts" for service in SERVICES)) == ""


WRONG = [
    ('decision: "approved"', 'decision: "agreed"'),
    ("package_hash:", "packageHash:"),
    ("decided.data.version + 1", "decided.data.revision + 1"),
    ("/sign-offs", "/signoffs"),
    ("due: null", "due: 5"),
]
"""What the program says, and something that is not in the document."""


def test_a_program_that_asks_for_what_is_not_there_does_not(typed: Path) -> None:
    program = (FOLDER / "sign.ts").read_text()
    assert all(right in program for right, _ in WRONG)
    names = [f"wrong{number}.ts" for number in range(len(WRONG))]
    for name, (right, wrong) in zip(names, WRONG, strict=True):
        (typed / name).write_text(program.replace(right, wrong))
    assert {line.partition("(")[0] for line in compiled(typed, *names).splitlines() if line[0] != " "} == {*names}


def generated(service: str, folder: Path, generator: Path) -> Path:
    """A Python package with the client of a service, made without a warning."""
    made = folder / "python" / f"generated_{service}"
    made.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", "--meta=none"]
    more = [f"--config={FOLDER / 'openapi-python-client.yaml'}", f"--output-path={made}", "--overwrite"]
    run([*command, *more, f"--path={folder / f'{service}.json'}"], PYTHONPATH=str(generator))
    return made


@every_service
def test_a_python_client_is_generated_whole(service: str, folder: Path, generator: Path) -> None:
    made = generated(service, folder, generator)
    document = json.loads((folder / f"{service}.json").read_text())
    names = {each["operationId"] for path in document["paths"].values() for each in path.values()}
    assert {path.stem for path in made.glob("api/*/*.py")} - {"__init__"} == names


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "home")) as running_platform:
        yield running_platform


async def test_the_generated_client_signs_an_increment(
    platform: Platform, folder: Path, generator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated("strategy", folder, generator)
    monkeypatch.syspath_prepend(str(folder / "python"))
    models = importlib.import_module("generated_strategy.models")

    def acting(subject: str, *scopes: str) -> Any:
        client = importlib.import_module("generated_strategy.client").AuthenticatedClient
        token = platform.token(subject, *(f"strategy:{scope}" for scope in scopes))
        return client("http://plumbline", token, httpx_args={"transport": platform.transport})

    async def call(group: str, operation: str, client: Any, *path: Any, **more: Any) -> Any:
        module = importlib.import_module(f"generated_strategy.api.{group}.{operation}")
        answer = await module.asyncio(*path, client=client, **more)
        assert not isinstance(answer, models.Problem), answer
        return answer

    author = acting("ann", "read", "write", "register")
    appointer, signer = acting("bea", "read", "write", "appoint"), acting("cid", "read", "approve")
    proposed = models.TacticBodyStateType0.PROPOSED
    tactic = await call(
        "tactics", "create_tactic", author, body=models.TacticBody(name="Self-service", budget=5.5, state=proposed)
    )
    who = models.StakeholderBody(name="The chair", subject="cid", signs=True)
    chair = await call("stakeholders", "create_stakeholder", appointer, body=who)
    body = models.IncrementBody(name="First", items=[models.Ref(kind="tactic", id=tactic.id)], signers=[chair.id])
    made = await call("increments", "create_increment", author, body=body)
    asked = await call(
        "increments",
        "transition_increment",
        author,
        made.id,
        body=models.TransitionBody(to="submitted"),
        if_match='"1"',
    )
    approved = models.SignOffBody(decision=models.SignOffBodyDecision.APPROVED, package_hash=asked.package_hash)
    signed = await call("increments", "decide_increment", signer, made.id, body=approved)
    assert (signed.state, [(each.by, each.decision) for each in signed.sign_offs]) == ("signed", [("cid", "approved")])
    after = await call("tactics", "read_tactic", author, tactic.id)
    assert (after.state, after.budget, after.version) == ("approved", 5.5, 2)
