"""Manifests as a cluster would understand them: who selects whom, and what may flow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.deploy.manifests import Manifest

Labels = Mapping[str, str]
PART_OF = "app.kubernetes.io/part-of"
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"


def selects(selector: Mapping[str, Any], labels: Labels) -> bool:
    """A label selector; an empty one selects everything."""
    equal = all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())
    among = all(
        {"In": True, "NotIn": False}[term["operator"]] == (labels.get(term["key"]) in term["values"])
        for term in selector.get("matchExpressions", ())
    )
    return equal and among


@dataclass(frozen=True)
class Workload:
    """A Deployment or a Job."""

    manifest: Manifest

    @property
    def name(self) -> str:
        return str(self.manifest["metadata"]["name"])

    @property
    def kind(self) -> str:
        return str(self.manifest["kind"])

    @property
    def pod(self) -> dict[str, Any]:
        pod: dict[str, Any] = self.manifest["spec"]["template"]["spec"]
        return pod

    @property
    def labels(self) -> Labels:
        labels: Labels = self.manifest["spec"]["template"]["metadata"]["labels"]
        return labels

    @property
    def container(self) -> dict[str, Any]:
        (only,) = self.pod["containers"]
        assert isinstance(only, dict)
        return only

    @property
    def service(self) -> str:
        """The service that it runs or migrates."""
        return str(self.container["args"][1])

    def mounted(self) -> Iterator[tuple[str, str, str]]:
        """Every file that comes from a secret: its path, the secret and the key in it."""
        folders = {mount["name"]: mount["mountPath"] for mount in self.container["volumeMounts"]}
        for volume in self.pod["volumes"]:
            for source in volume.get("projected", {}).get("sources", ()):
                for item in source["secret"]["items"]:
                    yield f"{folders[volume['name']]}/{item['path']}", source["secret"]["name"], item["key"]


class Cluster:
    def __init__(self, manifests: list[Manifest]) -> None:
        self.manifests = manifests

    def of_kind(self, kind: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest["kind"] == kind]

    def named(self, kind: str, name: str) -> Manifest:
        (found,) = [manifest for manifest in self.of_kind(kind) if manifest["metadata"]["name"] == name]
        return found

    def workloads(self, *kinds: str) -> list[Workload]:
        return [Workload(m) for m in self.manifests if m["kind"] in (kinds or ("Deployment", "Job"))]

    def server(self, service: str) -> Workload:
        (found,) = [w for w in self.workloads("Deployment") if w.service == service]
        return found

    def most(self, service: str) -> int:
        """Replicas, as far as the autoscaler goes."""
        target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": self.server(service).name}
        (spec,) = [m["spec"] for m in self.of_kind("HorizontalPodAutoscaler") if m["spec"]["scaleTargetRef"] == target]
        assert 2 <= spec["minReplicas"] <= spec["maxReplicas"]
        return int(spec["maxReplicas"])

    def environment(self, workload: Workload) -> dict[str, str]:
        """Its variables, those of the config map included."""
        found: dict[str, str] = {}
        for source in workload.container.get("envFrom", ()):
            found |= self.named("ConfigMap", source["configMapRef"]["name"])["data"]
        return found | {variable["name"]: variable["value"] for variable in workload.container.get("env", ())}

    def may_flow(self, source: Labels, target: Labels, port: int | str) -> bool:
        """Between two of our own pods: the one must be let out, and the other let in."""
        out = any(_opens(rule, "to", target, port) for rule in self._rules("egress", source))
        return out and any(_opens(rule, "from", source, port) for rule in self._rules("ingress", target))

    def ways_out(self, source: Labels) -> list[Manifest]:
        return list(self._rules("egress", source))

    def ways_in(self, target: Labels) -> list[Manifest]:
        return list(self._rules("ingress", target))

    def _rules(self, direction: str, labels: Labels) -> Iterator[Manifest]:
        for policy in self.of_kind("NetworkPolicy"):
            if selects(policy["spec"]["podSelector"], labels):
                yield from policy["spec"].get(direction, ())


def _opens(rule: Manifest, direction: str, other: Labels, port: int | str) -> bool:
    peers = [p for p in rule.get(direction, ()) if "namespaceSelector" not in p and "podSelector" in p]
    named = any(selects(peer["podSelector"], other) for peer in peers)
    return named and any(entry["port"] == port for entry in rule["ports"])
