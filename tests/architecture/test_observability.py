"""The definitions of Prometheus and Grafana: well formed, and about metrics that exist.

Neither publishes its schema as a package, so the models here are of what we use, and strict.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import promql_parser
import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.config import APPLICATIONS
from shared.telemetry import metrics

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/observability"
DASHBOARD = json.loads((FOLDER / "grafana/dashboards/plumbline.json").read_text())
ALERTS = yaml.safe_load((FOLDER / "alerts.yml").read_text())
TARGET_LABELS = {"job", "instance"}
Duration = Annotated[str, Field(pattern=r"^\d+(ms|s|m|h|d)$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Authorization(Strict):
    type: Literal["Bearer"]
    credentials_file: Annotated[str, Field(pattern="^/run/secrets/")]


class Dns(Strict):
    names: Annotated[list[str], Field(min_length=1)]
    type: Literal["A"]  # one target per replica
    port: Annotated[int, Field(ge=1, le=65535)]
    refresh_interval: Duration


class Scrape(Strict):
    job_name: str
    metrics_path: str
    authorization: Authorization
    dns_sd_configs: Annotated[list[Dns], Field(min_length=1)]


class Global(Strict):
    scrape_interval: Duration
    scrape_timeout: Duration
    evaluation_interval: Duration


class Prometheus(Strict):
    global_: Annotated[Global, Field(alias="global")]
    rule_files: list[str]
    scrape_configs: list[Scrape]


class AlertLabels(Strict):
    severity: Literal["warning", "critical"]


class Annotations(Strict):
    summary: str
    description: str


class Alert(Strict):
    alert: Annotated[str, Field(pattern=r"^Plumbline[A-Za-z]+$")]
    expr: str
    for_: Annotated[Duration | None, Field(alias="for")] = None
    labels: AlertLabels
    annotations: Annotations


class Group(Strict):
    name: str
    rules: Annotated[list[Alert], Field(min_length=1)]


class Alerts(Strict):
    groups: Annotated[list[Group], Field(min_length=1)]


class JsonData(Strict):
    timeInterval: Duration  # noqa: N815  Grafana's word


class DataSource(Strict):
    name: str
    uid: str
    type: Literal["prometheus"]
    access: Literal["proxy"]
    url: str
    isDefault: bool  # noqa: N815
    editable: bool
    jsonData: JsonData  # noqa: N815


class DataSources(Strict):
    apiVersion: Literal[1]  # noqa: N815
    datasources: list[DataSource]


class ProviderOptions(Strict):
    path: str


class Provider(Strict):
    name: str
    folder: str
    type: Literal["file"]
    disableDeletion: bool  # noqa: N815
    allowUiUpdates: bool  # noqa: N815
    options: ProviderOptions


class Providers(Strict):
    apiVersion: Literal[1]  # noqa: N815
    providers: list[Provider]


class SourceRef(Strict):
    type: Literal["prometheus"]
    uid: str


class Target(Strict):
    refId: Annotated[str, Field(pattern="^[A-Z]$")]  # noqa: N815
    datasource: SourceRef
    expr: str
    legendFormat: str  # noqa: N815
    instant: bool = False
    range: bool = True


class GridPos(Strict):
    x: Annotated[int, Field(ge=0, lt=24)]
    y: Annotated[int, Field(ge=0)]
    w: Annotated[int, Field(ge=1, le=24)]
    h: Annotated[int, Field(ge=1)]


class Panel(Strict):
    id: int
    type: Literal["stat", "timeseries"]
    title: str
    description: str
    datasource: SourceRef
    gridPos: GridPos  # noqa: N815
    fieldConfig: dict[Literal["defaults", "overrides"], Any]  # noqa: N815
    options: dict[str, Any]
    targets: Annotated[list[Target], Field(min_length=1)]


class Dashboard(Strict):
    uid: str
    title: str
    description: str
    tags: list[str]
    schemaVersion: Annotated[int, Field(ge=36)]  # noqa: N815
    version: int
    editable: bool
    graphTooltip: Literal[0, 1, 2]  # noqa: N815
    refresh: Duration
    timezone: Literal["browser", "utc"]
    time: dict[Literal["from", "to"], str]
    templating: dict[Literal["list"], list[dict[str, Any]]]
    panels: list[Panel]


FILES: dict[str, type[Strict]] = {
    "prometheus.yml": Prometheus,
    "alerts.yml": Alerts,
    "grafana/provisioning/datasources/prometheus.yml": DataSources,
    "grafana/provisioning/dashboards/plumbline.yml": Providers,
    "grafana/dashboards/plumbline.json": Dashboard,
}


def test_every_definition_is_checked() -> None:
    assert {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_definition_fits_its_schema(name: str) -> None:
    document = yaml.safe_load((FOLDER / name).read_text())
    FILES[name].model_validate(document)
    with pytest.raises(ValidationError):
        FILES[name].model_validate(document | {"a_typo": 1})


def prometheus() -> Prometheus:
    return Prometheus.model_validate(yaml.safe_load((FOLDER / "prometheus.yml").read_text()))


def test_every_service_is_scraped_where_it_has_its_metrics() -> None:
    scraped = {scrape.job_name: scrape for scrape in prometheus().scrape_configs}
    assert set(scraped) == set(APPLICATIONS)
    for service, scrape in scraped.items():
        assert scrape.metrics_path == f"/{service}/metrics"
        assert [dns.names for dns in scrape.dns_sd_configs] == [[service]]
    for file in prometheus().rule_files:
        assert (FOLDER / file).exists()


def test_alerts_and_panels_have_names_of_their_own() -> None:
    names = [rule["alert"] for group in ALERTS["groups"] for rule in group["rules"]]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(names)) == len(names)
    assert len(set(ids)) == len(ids)


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for place in (panel["gridPos"] for panel in DASHBOARD["panels"]):
        fields = {(place["x"] + dx, place["y"] + dy) for dx in range(place["w"]) for dy in range(place["h"])}
        assert max(x for x, _ in fields) < 24
        assert not taken & fields
        taken |= fields


def test_panels_ask_the_source_that_is_provisioned() -> None:
    sources = yaml.safe_load((FOLDER / "grafana/provisioning/datasources/prometheus.yml").read_text())["datasources"]
    provisioned = {source["uid"] for source in sources}
    asked = {target["datasource"]["uid"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    assert asked == {panel["datasource"]["uid"] for panel in DASHBOARD["panels"]} == provisioned


def known() -> dict[str, set[str]]:
    """Every sample that a process may have, and its labels."""
    found = {"up": TARGET_LABELS}
    for family in metrics.REGISTRY.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        found |= {family.name + suffix: _labels(family.name, suffix) for suffix in suffixes}
    return found


def _labels(family: str, suffix: str) -> set[str]:
    owner: Any = metrics.REGISTRY._names_to_collectors.get(family)  # None: process metrics have no labels
    return {*getattr(owner, "_labelnames", getattr(owner, "_labels", ())), *TARGET_LABELS} | (
        {"le"} if suffix == "_bucket" else set()
    )


def expressions() -> Iterator[Any]:
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            yield pytest.param(rule["expr"], rule["annotations"]["summary"], id=rule["alert"])
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield pytest.param(target["expr"], target["legendFormat"], id=f"{panel['title']} {target['refId']}")


def problems(expression: str, template: str) -> list[str]:
    """What is asked for and is not there; raises ValueError for what is not PromQL."""
    parsed = promql_parser.parse(expression.replace("$__rate_interval", "5m").replace("$service", ".*"))
    asked, kept = _selected(parsed)
    metrics_known = known()
    found = [f"no metric {name}" for name, _ in asked if name not in metrics_known]
    labels = set.intersection(*(metrics_known.get(name, set()) for name, _ in asked))
    found += [f"{name} has no {label}" for name, used in asked for label in used - metrics_known.get(name, set())]
    found += [f"no label {label} to group by" for label in kept or () if label not in labels]
    told = set(re.findall(r"\$labels\.(\w+)|{{(\w+)}}", template))
    found += [f"no label {one or other} to tell" for one, other in told if (one or other) not in _left(labels, kept)]
    return found


def _left(labels: set[str], kept: set[str] | None) -> set[str]:
    return labels if kept is None else kept


def _selected(parsed: Any) -> tuple[list[tuple[str, set[str]]], set[str] | None]:
    """Each selector with its labels, and the labels that groupings leave; None where nothing is grouped."""
    asked: list[tuple[str, set[str]]] = []
    kept: set[str] | None = None

    def visit(node: Any) -> None:
        nonlocal kept
        if isinstance(node, promql_parser.VectorSelector):
            asked.append((node.name or "", {matcher.name for matcher in node.matchers.matchers}))
        elif isinstance(node, promql_parser.AggregateExpr) and str(node.op) != "topk":
            kept = (kept or set()) | set(node.modifier.labels if node.modifier else ())

    promql_parser.walk(parsed, visit)
    return asked, kept


@pytest.mark.parametrize(("expression", "template"), list(expressions()))
def test_what_is_asked_for_exists(expression: str, template: str) -> None:
    assert problems(expression, template) == []


@pytest.mark.parametrize(
    ("expression", "template", "problem"),
    [
        ("plumbline_nothing", "", "no metric plumbline_nothing"),
        ("plumbline_leader{colour='red'}", "", "plumbline_leader has no colour"),
        ("sum by (route) (plumbline_leader)", "", "no label route to group by"),
        ("sum by (service) (plumbline_leader)", "{{instance}}", "no label instance to tell"),
        ("sum(plumbline_leader)", "{{ $labels.service }}", "no label service to tell"),
        ("rate(plumbline_request_seconds[5m])", "", "no metric plumbline_request_seconds"),
    ],
)
def test_a_mistake_would_be_found(expression: str, template: str, problem: str) -> None:
    assert problem in problems(expression, template)


def test_what_is_no_promql_would_be_found() -> None:
    with pytest.raises(ValueError, match="parenthesis"):
        problems("sum by (service (plumbline_leader)", "")


def test_every_metric_is_in_the_documentation_and_no_other() -> None:
    page = (ROOT / "docs/observability.md").read_text()
    table = set(re.findall(r"^\| `(plumbline_\w+)`", page, re.MULTILINE))
    families = {f.name + ("_total" if f.type == "counter" else "") for f in metrics.REGISTRY.collect()}
    assert table == {name for name in families if name.startswith("plumbline_")}


def test_every_alert_is_in_the_documentation() -> None:
    page = (ROOT / "docs/observability.md").read_text()
    names = {rule["alert"] for group in ALERTS["groups"] for rule in group["rules"]}
    assert names == set(re.findall(r"^\| `(Plumbline\w+)`", page, re.MULTILINE))
