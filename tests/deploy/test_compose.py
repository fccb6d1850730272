"""The compose file: what it names exists, and nothing in it is more open than it must be."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli import protocol
from services.cli.main import COMMANDS
from shared.config import APPLICATIONS, Settings
from shared.keys import make_keys

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in CONTAINERS.items() if each["image"].startswith("plumbline:")}
every_container = pytest.mark.parametrize("name", CONTAINERS)


def test_every_service_is_served_by_its_own_name() -> None:
    served = {name: each["command"] for name, each in OURS.items() if each["command"][:1] == ["serve"]}
    assert served == {service: ["serve", service] for service in APPLICATIONS}


def test_every_command_exists() -> None:
    assert {each["command"][0] for each in OURS.values() if each["command"]} <= COMMANDS.keys()


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_a_setting(name: str) -> None:
    given = {v for v in OURS[name]["environment"] if v.startswith("PLUMBLINE_")}
    of_the_command_line = {"PLUMBLINE_SERVER"}
    settings = {v.removeprefix("PLUMBLINE_").lower() for v in given - of_the_command_line}
    assert settings <= Settings.model_fields.keys()


@every_container
def test_images_have_a_version_and_memory_an_end(name: str) -> None:
    assert re.fullmatch(r"[\w./-]+:(?!latest)[\w.-]+", CONTAINERS[name]["image"])
    assert CONTAINERS[name]["mem_limit"]


@every_container
def test_ports_are_for_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in CONTAINERS[name].get("ports", ()))


@every_container
def test_what_is_ours_or_may_be_is_locked_down(name: str) -> None:
    if name in ("postgres", "kafka"):
        return  # their images change users and write where they like
    each = CONTAINERS[name]
    assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert each.get("user") != "0:0" or each["network_mode"] == "none"


@pytest.mark.parametrize("service", APPLICATIONS)
def test_a_service_sees_its_own_secrets_alone(service: str) -> None:
    mounted = {volume.split(":")[0] for volume in CONTAINERS[service]["volumes"]}
    own = {"strategy", "alignment", "web"} & {service}
    assert mounted == {"public-keys", f"{service}-secrets", *(f"{name}-key" for name in own)}
    assert all(volume.endswith(":ro") for volume in CONTAINERS[service]["volumes"])


@every_container
def test_what_goes_on_running_starts_again_by_itself(name: str) -> None:
    each = CONTAINERS[name]
    jobs = {"migrate": "on-failure:5", "topics": "on-failure:5", "key": "on-failure:5", "issuer": "no"}
    assert each["restart"] == jobs.get(name, "unless-stopped")


@every_container
def test_every_file_that_is_mounted_exists(name: str) -> None:
    for volume in CONTAINERS[name].get("volumes", ()):
        source = volume.split(":")[0]
        assert (ROOT / source).exists() if source.startswith("./") else source in COMPOSE["volumes"]


def test_the_gateway_knows_every_service() -> None:
    text = (ROOT / "deploy/gateway/nginx.conf").read_text()
    assert re.findall(r"\(\?<named>([\w|]+)\)", text) == ["|".join(APPLICATIONS[:-1])]


def test_the_gateway_takes_no_less_than_a_service() -> None:
    """What a service bounds itself has its own problem document."""
    text = (ROOT / "deploy/gateway/nginx.conf").read_text()
    (number, size), *_ = re.findall(r"large_client_header_buffers (\d+) (\d+)k;", text)
    assert int(number) * int(size) * 1024 == protocol.MOST_HEAD_BYTES
    (body,) = re.findall(r"client_max_body_size (\d+)m;", text)
    assert int(body) * 1_000_000 > Settings().max_bulk_bytes
    (connections,) = re.findall(r"limit_conn callers (\d+);", text)
    assert int(connections) <= Settings().max_connections
    for timeout in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert f"{timeout} {protocol.HEAD_SECONDS:.0f}s;" in text


def test_the_image_has_no_tag_of_its_own() -> None:
    """One version for the whole project."""
    versions = {each["image"].partition(":")[2] for each in OURS.values()}
    told = re.findall(r'^version = "([\d.]+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert versions == set(told)


def test_who_holds_which_private_key() -> None:
    """By hand. Whoever holds none can sign nothing; the job that makes them has no network."""
    holds = {
        "issuer-key": {"issuer", "key"},
        "alignment-key": {"alignment", "key"},
        "strategy-key": {"strategy", "key"},
        "metrics-key": {"metrics-token", "key"},
    }
    mounts = {name: {v.split(":")[0] for v in each.get("volumes", ())} for name, each in CONTAINERS.items()}
    assert {volume: {name for name, held in mounts.items() if volume in held} for volume in holds} == holds
    assert all(CONTAINERS[name]["network_mode"] == "none" for name in ("issuer", "metrics-token", "key"))


def test_the_broker_lets_nobody_in_without_a_password() -> None:
    text = (ROOT / "deploy/kafka/server.properties").read_text()
    settings = dict(re.findall(r"^([\w.]+)=(.*)$", text, re.MULTILINE))
    listeners = set(re.findall(r"(\w+)://", settings["listeners"]))
    asked = dict(pair.split(":") for pair in settings["listener.security.protocol.map"].split(","))
    assert {asked[listener] for listener in listeners} == {"SASL_PLAINTEXT"}
    assert settings["authorizer.class.name"].endswith(".StandardAuthorizer")
    assert settings["super.users"] == "User:broker;User:topics"
    assert settings.get("allow.everyone.if.no.acl.found", "false") == "false"


def test_who_holds_which_password_of_the_broker() -> None:
    """By hand. A service has its own alone, in a file, and nothing has one in its environment."""
    holds = {
        "kafka-secrets": {"kafka", "key"},
        "topics-secrets": {"topics", "key"},
        "roles-secrets": {"roles", "migrate", "key"},
    }
    mounts = {name: {v.split(":")[0] for v in each.get("volumes", ())} for name, each in CONTAINERS.items()}
    assert {volume: {name for name, held in mounts.items() if volume in held} for volume in holds} == holds
    environments = [each.get("environment", {}) for each in CONTAINERS.values()]
    assert not [name for each in environments for name in each if re.search(r"PASSWORD(?!_FILE$)", name)]


def test_what_a_token_is_signed_and_checked_with_lies_where_it_is_made(tmp_path: Path) -> None:
    """The job makes the folders that the containers mount."""
    make_keys(tmp_path)
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.json")}
    asked = {v for name, v in OURS["alignment"]["environment"].items() if name.endswith("_KEY_FILE")}
    asked |= {OURS["alignment"]["environment"]["PLUMBLINE_TRUSTED_KEYS_FILE"]}
    asked |= {OURS[name]["environment"]["PLUMBLINE_ISSUER_KEY_FILE"] for name in ("issuer", "metrics-token")}
    assert {Path(path).relative_to("/run/keys") for path in asked} == made
