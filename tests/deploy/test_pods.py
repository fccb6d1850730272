"""Every pod is locked down, probed, budgeted and configured by what the code really knows."""

import base64
import re
from pathlib import Path

import httpx
import pytest

from services import assembly
from services.cli.main import COMMANDS
from shared.bus import PARTITIONS, open_bus
from shared.config import APPLICATIONS, ISSUER_KEY, KEYS, SERVICES, TRUSTED_KEYS, Settings
from shared.http import auth
from shared.keys import load_ring, make_keys
from tests.deploy.cluster import COMPONENT, NAME, Cluster, Workload, selects

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
LONGEST_STOP = 25


def test_every_pod_is_locked_down(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        context = workload.pod["securityContext"]
        assert context["runAsNonRoot"] is True, workload.name
        assert context["runAsUser"] == context["runAsGroup"] == 10001, workload.name
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}, workload.name
        assert workload.pod["automountServiceAccountToken"] is False, workload.name
        assert workload.container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, workload.name
        assert workload.container.keys().isdisjoint({"command", "tty", "stdin"}), workload.name


def test_every_container_has_requests_and_limits(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        resources = workload.container["resources"]
        assert resources["requests"].keys() == resources["limits"].keys() == {"cpu", "memory"}, workload.name


def test_only_tmp_can_be_written(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        empty = {volume["name"] for volume in workload.pod["volumes"] if "emptyDir" in volume}
        writable = {m["mountPath"] for m in workload.container["volumeMounts"] if not m.get("readOnly")}
        assert empty == {"tmp"}, workload.name
        assert writable == {"/tmp"}, workload.name


def test_every_image_has_a_version(cluster: Cluster) -> None:
    images = {workload.container["image"] for workload in cluster.workloads()}
    images |= {database["spec"]["imageName"] for database in cluster.of_kind("Cluster")}
    for image in images:
        _, _, tag = image.rpartition("/")[2].partition(":")
        assert tag, image
        assert tag != "latest"


def test_no_variable_is_made_up_by_the_cluster(cluster: Cluster) -> None:
    """A Service named plumbline would set PLUMBLINE_PORT to an address."""
    for workload in cluster.workloads():
        assert workload.pod["enableServiceLinks"] is False, workload.name


def test_every_service_is_run_and_migrated(cluster: Cluster) -> None:
    assert sorted(w.service for w in cluster.workloads("Deployment")) == sorted(APPLICATIONS)
    jobs = [w.container["args"] for w in cluster.workloads("Job")]
    assert sorted(service for command, *services in jobs if command == "migrate" for service in services) == sorted(
        APPLICATIONS
    )


def test_every_command_exists(cluster: Cluster) -> None:
    assert {w.container["args"][0] for w in cluster.workloads()} <= COMMANDS.keys()


def test_every_variable_is_a_setting(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        for variable in cluster.environment(workload):
            setting = variable.removeprefix("PLUMBLINE_").lower()
            assert {setting, setting.removesuffix("_file")} & set(Settings.model_fields), variable


def test_the_settings_are_right(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    services = {service["metadata"]["name"]: service for service in cluster.of_kind("Service")}
    for service in APPLICATIONS:
        workload = cluster.server(service)
        for name, value in cluster.environment(workload).items():
            monkeypatch.setenv(name, value)
        settings = Settings()
        assert settings.host == "0.0.0.0"
        assert [port["containerPort"] for port in workload.container["ports"]] == [settings.port]
        assert settings.bus.startswith("kafka://")
        open_bus(settings.bus)
        for owner in SERVICES:
            host, _, port = settings.owner_url(owner).removeprefix("http://").partition(":")
            selector = services[host]["spec"]["selector"]
            assert services[host]["spec"]["ports"] == [{"name": "http", "port": int(port), "targetPort": "http"}]
            assert selects({"matchLabels": selector}, cluster.server(owner).labels)


def test_every_file_is_mounted(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        mounted = {path for path, _, _ in workload.mounted()}
        wanted = {v for name, v in cluster.environment(workload).items() if name.endswith("_FILE")}
        assert mounted == wanted, workload.name


def test_every_secret_is_there(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        for _, secret, key in workload.mounted():
            made = _made_by_operators(cluster).get(secret) or cluster.named("Secret", secret)["data"]
            assert key in made, workload.name


def _made_by_operators(cluster: Cluster) -> dict[str, set[str]]:
    """Secrets and their keys: as Strimzi and CloudNativePG document them."""
    made = {user["metadata"]["name"]: {"password"} for user in cluster.of_kind("KafkaUser")}
    made |= {f"{kafka['metadata']['name']}-cluster-ca-cert": {"ca.crt"} for kafka in cluster.of_kind("Kafka")}
    return made | {f"{server['metadata']['name']}-ca": {"ca.crt"} for server in cluster.of_kind("Cluster")}


def test_a_service_has_its_own_database(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        databases = {secret for path, secret, _ in workload.mounted() if path.endswith("database-url")}
        assert all(secret.startswith(f"{workload.service}-database") for secret in databases), workload.name


@pytest.mark.parametrize("service", APPLICATIONS)
async def test_probes_ask_what_answers_without_a_token(cluster: Cluster, service: str, tmp_path: Path) -> None:
    container = cluster.server(service).container
    startup, liveness, readiness = (container[probe]["httpGet"] for probe in PROBES)
    assert startup["path"] == liveness["path"] != readiness["path"]
    assert {get["port"] for get in (startup, liveness, readiness)} == {"http"}
    settings = Settings(home=tmp_path)
    make_keys(settings.home / KEYS)
    await assembly.migrate(settings, service)
    app = assembly.alone(service, settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://service") as client,
    ):
        for path, said in ((liveness["path"], "alive"), (readiness["path"], "ready")):
            answer = await client.get(path)
            assert answer.json() == {"status": said}, answer.text


def test_there_is_time_to_stop(cluster: Cluster) -> None:
    for workload in cluster.workloads("Deployment"):
        drain = workload.container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert drain > 0
        assert workload.pod["terminationGracePeriodSeconds"] >= drain + LONGEST_STOP


def test_no_rollout_takes_a_pod_away_first(cluster: Cluster) -> None:
    for workload in cluster.workloads("Deployment"):
        assert "replicas" not in workload.manifest["spec"], "the autoscaler's number would be undone"
        assert workload.manifest["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}


def test_every_deployment_is_spread_budgeted_and_scaled(cluster: Cluster) -> None:
    for workload in cluster.workloads("Deployment"):
        (budget,) = [m for m in cluster.of_kind("PodDisruptionBudget") if _selects(m, workload)]
        assert budget["spec"]["maxUnavailable"] == 1
        assert cluster.most(workload.service)
        spread = workload.pod["topologySpreadConstraints"]
        assert {constraint["topologyKey"] for constraint in spread} >= {"kubernetes.io/hostname"}
        assert all(selects(constraint["labelSelector"], workload.labels) for constraint in spread)


def test_as_many_readers_as_partitions(base: Cluster, cluster: Cluster) -> None:
    assert cluster.most("alignment") <= base.most("alignment") == PARTITIONS


def test_selectors_select_one_deployment_and_never_a_job(cluster: Cluster) -> None:
    """A pod of a Job that is running counts as ready, and would be sent requests."""
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        for manifest in cluster.of_kind(kind):
            if kind == "Service":
                manifest = {**manifest, "spec": {"selector": {"matchLabels": manifest["spec"]["selector"]}}}
            (only,) = [w for w in cluster.workloads() if _selects(manifest, w)]
            assert only.kind == "Deployment"
            assert only.name == manifest["metadata"]["name"]
            assert (only.labels[NAME], only.labels[COMPONENT]) == ("plumbline-server", only.service)


def test_a_made_key_signs_and_checks(tree: Path) -> None:
    made = tree / "overlays" / "example" / "secrets"
    token = auth.mint(made / ISSUER_KEY, "anna")
    assert auth.Authenticator(made / TRUSTED_KEYS).caller(f"Bearer {token}").subject == "anna"


def test_a_pod_holds_its_own_private_key_and_the_issuers_is_in_none(cluster: Cluster, tree: Path) -> None:
    secrets = {f"{s}-database" for s in APPLICATIONS} | {
        "plumbline-public-keys",
        "alignment-keys",
        "strategy-keys",
        "web-keys",
    }
    held = {w.name: {name for _, name, _ in w.mounted() if name.endswith("-keys")} for w in cluster.workloads()}
    holds = {f"plumbline-{name}": {f"{name}-keys"} for name in ("alignment", "strategy", "web")}
    for workload in cluster.workloads("Deployment"):
        assert held[workload.name] == {"plumbline-public-keys"} | holds.get(workload.name, set())
    for workload in cluster.workloads("Job"):
        assert held[workload.name] == set()
    issuer = load_ring(tree / "overlays" / "example" / "secrets" / ISSUER_KEY).current.d
    assert issuer not in (base64.b64decode(v).decode() for s in cluster.of_kind("Secret") for v in s["data"].values())
    assert {re.sub(r"-[a-z0-9]{10}$", "", s["metadata"]["name"]) for s in cluster.of_kind("Secret")} == secrets


def _selects(manifest: dict[str, dict[str, dict[str, object]]], workload: Workload) -> bool:
    return selects(manifest["spec"]["selector"], workload.labels)
