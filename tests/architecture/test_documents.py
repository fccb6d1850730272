"""What a service says of itself can be read by the tools of others: OpenAPI, AsyncAPI, and the schemas in them."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.config import SERVICES
from shared.contracts import PUBLISHED, RECORDED, Kind
from shared.contracts.examples import NAMES
from shared.http.documentation import asyncapi, event_schemas
from shared.resource import bodies
from tests import backends, documents
from tests.backends.fetched import modules_of, program
from tests.backends.server import Missing

FOLDER = Path(__file__).parents[1] / "asyncapi"
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    """As they are served."""
    return documents.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """With their paths."""
    for path, methods in document["paths"].items():
        for each in methods.values():
            yield path, each


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def dangling(document: dict[str, Any]) -> set[str]:
    """References that lead nowhere within the document; a validator passes over those that nothing follows."""
    return {ref for ref in references(document) if not _leads_somewhere(document, ref)}


def _leads_somewhere(document: Any, ref: str) -> bool:
    found = document
    for step in ref.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or name not in found:
            return False
        found = found[name]
    return ref.startswith("#/")


@every_service
def test_openapi_is_valid_and_whole(service: str, openapi: dict[str, Any]) -> None:
    document = openapi[service]
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert dangling(document) == set()
    assert document["servers"]


@every_service
def test_every_operation_has_a_name_of_its_own(service: str, openapi: dict[str, Any]) -> None:
    operations = [each for path in openapi[service]["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))


@every_service
def test_every_schema_has_a_name_of_its_own(service: str, openapi: dict[str, Any]) -> None:
    """Of two classes of one name FastAPI makes names of whole modules, which generators trip over."""
    assert [name for name in openapi[service]["components"]["schemas"] if "__" in name] == []


@every_service
def test_no_success_is_without_a_schema(service: str, openapi: dict[str, Any]) -> None:
    without = [
        operation["operationId"]
        for _, operation in operations(openapi[service])
        for status, told in operation["responses"].items()
        if status.startswith("2") and status != "204" and not _schemas(told)
    ]
    assert without == []


def _schemas(told: dict[str, Any]) -> bool:
    """Whether every form of an answer says what is in it."""
    content = told.get("content", {}).values()
    return bool(content) and all(len(each.get("schema", {}).keys() - {"title"}) > 0 for each in content)


@every_service
def test_every_refusal_is_a_problem_document(service: str, openapi: dict[str, Any]) -> None:
    for path, operation in operations(openapi[service]):
        [(media_type, content)] = operation["responses"]["default"]["content"].items()
        assert media_type == "application/problem+json", path
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, path


@every_service
def test_every_model_and_member_and_parameter_says_what_it_means(service: str, openapi: dict[str, Any]) -> None:
    document = openapi[service]
    for name, model in document["components"]["schemas"].items():
        assert model.get("description"), name
        assert [member for member, told in model["properties"].items() if not told.get("description")] == [], name
    for path, operation in operations(document):
        parameters = operation.get("parameters", ())
        assert [each["name"] for each in parameters if not each.get("description")] == [], path
        assert operation["summary"], path


@every_service
def test_every_operation_has_an_example_that_fits(service: str, openapi: dict[str, Any]) -> None:
    document = openapi[service]
    for path, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {})
        answers = [told.get("content", {}) for told in operation["responses"].values()]
        for media_type, content in ((*each,) for contents in (body, *answers) for each in contents.items()):
            [named] = content["examples"].values()
            value = document["components"]["examples"][named["$ref"].rpartition("/")[2]] if "$ref" in named else named
            schema = content["schema"]
            text = value["value"]
            if media_type == "application/x-ndjson":
                schema, text = schema["contentSchema"], json.loads(text)
            whole = {**schema, "components": document["components"]}
            assert list(jsonschema.Draft202012Validator(whole).iter_errors(text)) == [], path


@pytest.mark.parametrize("kind", [kind for kinds in RECORDED.values() for kind in kinds], ids=lambda kind: kind.name)
def test_the_example_of_a_body_is_one_that_is_taken(kind: Kind, openapi: dict[str, Any]) -> None:
    told = openapi[kind.service]["components"]["examples"][f"{kind.model.__name__}Body"]["value"]
    assert bodies.parse(kind, json.dumps(told).encode())
    assert told.get("name") in (NAMES.get(kind.name), None)


def test_a_reference_that_leads_nowhere_is_seen() -> None:
    assert dangling({"a": [{"$ref": "#/b/c"}, {"$ref": "#/b/d"}], "b": {"c": {}}}) == {"#/b/d"}
    assert dangling({"$ref": "/elsewhere"}) == {"/elsewhere"}


@every_service
def test_asyncapi_needs_no_other_document(service: str) -> None:
    document = asyncapi(service, event_schemas(service))
    assert dangling(document) == set()
    assert set(document["channels"]["changes"]["messages"]) == {
        f"plumbline.{service}.{kind.name}.{action}" for kind in PUBLISHED[service] for action in kind.actions
    }


@every_service
def test_what_asyncapi_says_of_data_is_what_the_schemas_say(service: str) -> None:
    """By what they have against states that lack everything, are none, or hold what is of no kind."""
    document, schemas = asyncapi(service, event_schemas(service)), event_schemas(service)
    states: list[Any] = [{}, [], {"id": 5}, {"components": [{"type": "goods"}, {"type": "none"}]}]
    wrong: list[dict[str, Any]] = [{}, *({"state": state, "changed": 5} for state in states)]
    for type_, schema in schemas.items():
        bundled = {"$ref": f"#/components/schemas/{type_}", "components": document["components"]}
        for data in wrong:
            told = [sorted(_paths(each, data)) for each in (bundled, schema)]
            assert told[0] == told[1] != [], (type_, data)


def _paths(schema: dict[str, Any], data: Any) -> list[str]:
    errors = jsonschema.Draft202012Validator(schema).iter_errors(data)
    return [f"{list(error.absolute_path)} {error.validator}" for error in errors]


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the reference parser makes of each service's document."""

    home = tmp_path_factory.mktemp("asyncapi")
    files = {service: home / f"{service}.json" for service in SERVICES}
    for service, file in files.items():
        file.write_text(json.dumps(asyncapi(service, event_schemas(service))))
    try:
        modules = modules_of("asyncapi-parser", FOLDER)
        command = [program("node"), str(FOLDER / "read.cjs"), *map(str, files.values())]
    except Missing as reason:
        backends.skip("node", reason)
    done = subprocess.run(command, env={"NODE_PATH": str(modules)}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    return {service: told[str(file)] for service, file in files.items()}


@every_service
def test_the_parser_of_asyncapi_has_nothing_against_it(service: str, parsed: dict[str, Any]) -> None:
    assert parsed[service]["errors"] == []
    assert len(parsed[service]["messages"]) == sum(len(kind.actions) for kind in PUBLISHED[service])
