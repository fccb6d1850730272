"""What flows, and that nothing else does."""

from shared.config import APPLICATIONS
from shared.contracts import OWNERS
from tests.deploy.cluster import Cluster, Workload

GATEWAY = {"traefik"}


def test_nothing_flows_that_is_not_named(cluster: Cluster) -> None:
    policy = cluster.named("NetworkPolicy", "plumbline-nothing")["spec"]
    assert policy.keys() == {"podSelector", "policyTypes"}
    assert sorted(policy["policyTypes"]) == ["Egress", "Ingress"]
    for workload in cluster.workloads():
        assert policy["podSelector"]["matchLabels"].items() <= workload.labels.items(), workload.name


def test_only_alignment_calls_the_owners_and_only_the_page_all_services(cluster: Cluster) -> None:
    servers = {service: cluster.server(service).labels for service in APPLICATIONS}
    flows = {
        (source, target)
        for source in APPLICATIONS
        for target in APPLICATIONS
        if cluster.may_flow(servers[source], servers[target], "http")
    }
    assert flows == {("alignment", owner) for owner in OWNERS} | {
        ("web", service) for service in (*OWNERS, "alignment")
    }


def test_jobs_are_called_by_nobody(cluster: Cluster) -> None:
    for job in cluster.workloads("Job"):
        assert cluster.ways_in(job.labels) == [], job.name


def test_services_are_called_by_gateway_monitoring_alignment_and_the_page(cluster: Cluster) -> None:
    for service in APPLICATIONS:
        peers = [peer for rule in cluster.ways_in(cluster.server(service).labels) for peer in rule["from"]]
        spaces = {
            peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
            for peer in peers
            if "namespaceSelector" in peer
        }
        assert spaces == GATEWAY | {"monitoring"}
        assert len([peer for peer in peers if "namespaceSelector" not in peer]) == (service in OWNERS) + (
            service != "web"
        )


def test_every_way_out_says_where_to(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        for rule in cluster.ways_out(workload.labels):
            assert rule.get("to"), workload.name
            assert rule.get("ports"), workload.name


def test_databases_and_brokers_are_for_those_who_use_them(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        ports = {entry["port"] for rule in cluster.ways_out(workload.labels) for entry in rule["ports"]}
        assert ports - {"http"} == {53, *_needed(workload, _broker(cluster))}, workload.name


def _needed(workload: Workload, broker: int) -> set[int]:
    args = workload.container["args"]
    if args == ["serve", "web"]:
        return {5432}
    return {"serve": {5432, broker}, "migrate": {5432}, "topics": {broker}}[args[0]]


def _broker(cluster: Cluster) -> int:
    """By hand: 9093 is the listener with TLS and passwords of the operator's brokers."""
    return 9093 if cluster.of_kind("Kafka") else 9092


def test_the_database_lets_in_who_needs_it(operators: Cluster) -> None:
    database = {"cnpg.io/cluster": "plumbline-postgres"}
    for workload in operators.workloads():
        assert operators.may_flow(workload.labels, database, 5432) == (5432 in _needed(workload, 9093)), workload.name


def test_the_broker_lets_nobody_in_without_tls_and_a_password(operators: Cluster) -> None:
    """Its one listener; who comes to it with the right password has the rights of users.yaml."""
    broker = operators.named("Kafka", "plumbline")["spec"]["kafka"]
    (listener,) = broker["listeners"]
    assert (listener["port"], listener["tls"], listener["authentication"]) == (9093, True, {"type": "scram-sha-512"})
    assert broker["authorization"] == {"type": "simple"}, "and nobody is above it"


def test_labels_that_are_handed_on_shut_nobody_in(operators: Cluster) -> None:
    """Strimzi gives the labels of its resources to its pods; ours would put them under our policies."""
    for manifest in operators.manifests:
        if ".strimzi.io/" in manifest["apiVersion"] or ".cnpg.io/" in manifest["apiVersion"]:
            assert "app.kubernetes.io/part-of" not in manifest["metadata"].get("labels", {}), manifest["kind"]


def test_the_gateway_sends_each_path_to_its_service(cluster: Cluster) -> None:
    (ingress,) = cluster.of_kind("Ingress")
    (rule,) = ingress["spec"]["rules"]
    assert rule["host"] in ingress["spec"]["tls"][0]["hosts"]
    routes = {}
    for path in rule["http"]["paths"]:
        assert path["pathType"] == "Prefix"
        service = cluster.named("Service", path["backend"]["service"]["name"])
        assert path["backend"]["service"]["port"]["name"] in [port["name"] for port in service["spec"]["ports"]]
        routes[path["path"]] = service["spec"]["selector"]["app.kubernetes.io/component"]
    assert routes == {**{f"/{service}": service for service in (*OWNERS, "alignment")}, "/": "web"}
