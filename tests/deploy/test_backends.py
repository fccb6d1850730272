"""Topics, users, databases and roles, as the operators are told, against what the code expects."""

from typing import Any

from sqlalchemy import make_url
from sqlalchemy.pool import QueuePool

from services.alignment.follow.follower import GROUP
from services.alignment.follow.rebuild import TOPICS
from services.rights import rights
from shared.bus import PARTITIONS
from shared.bus.kafka import _TOPIC
from shared.config import APPLICATIONS, SERVICES
from shared.contracts.events import topic
from shared.storage.db import Database
from tests.deploy.cluster import Cluster
from tests.deploy.manifests import DATABASE_HOST, FOLDER, documents

STRIMZI = FOLDER / "components" / "strimzi"
POSTGRES = FOLDER / "components" / "cloudnativepg"


def of_kind(folder: Any, kind: str) -> dict[str, dict[str, Any]]:
    found = [document for path in sorted(folder.glob("*.yaml")) for document in documents(path)]
    return {document["metadata"]["name"]: document["spec"] for document in found if document["kind"] == kind}


def test_topics_are_those_that_the_code_would_create() -> None:
    topics = of_kind(STRIMZI, "KafkaTopic")
    assert sorted(topics) == sorted(topic(service) for service in SERVICES)
    for name, spec in topics.items():
        assert spec["partitions"] == PARTITIONS, name
        assert {key: str(value) for key, value in spec["config"].items()} == _TOPIC, name


def test_brokers_make_up_no_topics() -> None:
    (kafka,) = of_kind(STRIMZI, "Kafka").values()
    assert kafka["kafka"]["config"]["auto.create.topics.enable"] is False


def test_only_the_owner_writes_its_topic() -> None:
    may = {name: _operations(spec) for name, spec in of_kind(STRIMZI, "KafkaUser").items()}
    writers = {
        topic(service): [name for name, granted in may.items() if "Write" in granted.get(topic(service), ())]
        for service in SERVICES
    }
    assert writers == {topic(service): [f"plumbline-{service}"] for service in SERVICES}
    assert not any("Write" in granted.get("plumbline.", ()) for granted in may.values())
    assert all("Read" in may["plumbline-alignment"][name] for name in [*TOPICS, GROUP])


def test_users_have_the_rights_that_topics_would_grant_them() -> None:
    """But to create topics: those are declared."""
    granted: dict[str, dict[str, list[str]]] = {}
    for right in rights("plumbline-{}".format):
        operations = [name for name in right.operations if name != "Create"]
        granted.setdefault(right.user, {})[right.name] = operations
    assert {name: _operations(spec) for name, spec in of_kind(STRIMZI, "KafkaUser").items()} == granted


def test_servers_are_checked_by_certificates_that_the_operators_make(operators: Cluster) -> None:
    for workload in operators.workloads():
        given = operators.environment(workload)
        files = {path: (secret, key) for path, secret, key in workload.mounted()}
        assert files[given["PLUMBLINE_DATABASE_CA_FILE"]] == ("plumbline-postgres-ca", "ca.crt")
        if workload.kind == "Deployment" and workload.service != "web":
            assert given["PLUMBLINE_KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"
            user = given["PLUMBLINE_KAFKA_USERNAME"].replace("{service}", workload.service)
            assert files[given["PLUMBLINE_KAFKA_CA_FILE"]] == ("plumbline-cluster-ca-cert", "ca.crt")
            assert files[given["PLUMBLINE_KAFKA_PASSWORD_FILE"]] == (user, "password")
            operators.named("KafkaUser", user)


def test_the_database_refuses_whoever_comes_without_tls() -> None:
    (cluster,) = documents(POSTGRES / "cluster.yaml")
    assert cluster["spec"]["postgresql"]["pg_hba"] == ["hostnossl all all all reject"]


def _operations(spec: dict[str, Any]) -> dict[str, list[str]]:
    return {acl["resource"]["name"]: acl["operations"] for acl in spec["authorization"]["acls"]}


def test_the_address_of_the_brokers_is_the_operators(operators: Cluster) -> None:
    (kafka,) = operators.of_kind("Kafka")
    (pool,) = operators.of_kind("KafkaNodePool")
    (listener,) = kafka["spec"]["kafka"]["listeners"]
    address = f"kafka://{kafka['metadata']['name']}-kafka-bootstrap:{listener['port']}"
    brokers = pool["spec"]["replicas"]
    assert {entry["spec"]["replicas"] for entry in operators.of_kind("KafkaTopic")} == {brokers}
    for service in SERVICES:
        given = operators.environment(operators.server(service))["PLUMBLINE_BUS_URL"]
        assert given == f"{address}?replication={brokers}"


def test_every_service_has_a_database_and_a_role(operators: Cluster, tree: Any) -> None:
    (cluster,) = operators.of_kind("Cluster")
    roles = {role["name"]: role for role in cluster["spec"]["managed"]["roles"]}
    databases = {entry["spec"]["name"]: entry["spec"] for entry in operators.of_kind("Database")}
    assert f"{cluster['metadata']['name']}-rw" == DATABASE_HOST
    for service in APPLICATIONS:
        secrets = tree / "overlays" / "example" / "secrets" / service
        url = make_url((secrets / "url").read_text())
        assert url.host == DATABASE_HOST
        assert url.username == (secrets / "username").read_text() == databases[str(url.database)]["owner"]
        assert url.password == (secrets / "password").read_text()
        secret = operators.named("Secret", roles[str(url.username)]["passwordSecret"]["name"])
        assert secret["type"] == "kubernetes.io/basic-auth"
        assert secret["metadata"]["name"].startswith(f"{service}-database")
    assert len(roles) == len(databases) == len(APPLICATIONS)


def test_the_roles_have_connections_enough_and_the_server_as_many(base: Cluster, operators: Cluster) -> None:
    """At the most replicas that the base allows, and as many again while they are replaced."""
    each = _connections_of_a_process()
    (cluster,) = operators.of_kind("Cluster")
    limits = {role["name"]: role["connectionLimit"] for role in cluster["spec"]["managed"]["roles"]}
    assert limits == {f"plumbline_{service}": 2 * base.most(service) * each for service in APPLICATIONS}
    assert sum(limits.values()) < int(cluster["spec"]["postgresql"]["parameters"]["max_connections"])
    assert all(operators.most(service) <= base.most(service) for service in APPLICATIONS)


def _connections_of_a_process() -> int:
    pool = Database("postgresql+asyncpg://host/database")._reader.pool
    assert isinstance(pool, QueuePool)
    return pool.size() + pool._max_overflow
