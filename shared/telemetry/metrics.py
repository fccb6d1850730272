"""Every metric of the platform, in base units. Labels have few values: services, route templates, known methods.

Counters say what has happened in this process. What is true of a database, whoever looks, is a ``Live`` gauge: it is
computed when somebody asks, so that an age goes on growing while nothing happens, and it has no value at all in a
process that does not know.
"""

from collections.abc import Callable, Iterator

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BATCH_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# they double the number of series
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types here
ProcessCollector(registry=REGISTRY)


class Live(Collector):
    """A gauge that asks for its values when it is read."""

    def __init__(self, name: str, help: str, *labels: str) -> None:
        self._name, self._help, self._labels = name, help, labels
        self._reads: dict[tuple[str, ...], Callable[[], float | None]] = {}
        REGISTRY.register(self)

    def watch(self, read: Callable[[], float | None], *labels: str) -> None:
        """From now on ask ``read``; while it answers None there is no value."""
        self._reads[labels] = read

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self._name, self._help, labels=self._labels)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield self._family()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = self._family()
        for labels, read in self._reads.items():
            if (value := read()) is not None:
                family.add_metric(labels, value)
        yield family


REQUESTS = Histogram(
    "plumbline_request_seconds", "Seconds per request", ["service", "method", "route", "status"], registry=REGISTRY
)
WORKER_FAILURES = Counter(
    "plumbline_worker_failures_total", "Background loops that failed and were started again", ["worker"],
    registry=REGISTRY,
)  # fmt: skip

LEADER = Live("plumbline_leader", "1 while this process holds the lease of an owner, else 0", "service")
SEQUENCED = Counter(
    "plumbline_sequenced_total", "Recorded changes that were given a position", ["service"], registry=REGISTRY
)
PUBLISHED = Counter("plumbline_published_total", "Events that the bus has stored", ["service"], registry=REGISTRY)
PUBLISH_FAILURES = Counter(
    "plumbline_publish_failures_total", "Attempts to publish that the bus did not take", ["service"], registry=REGISTRY
)
UNPUBLISHED = Live("plumbline_unpublished_changes", "Changes that wait to be published; told by the leader", "service")
OLDEST_UNPUBLISHED = Live(
    "plumbline_oldest_unpublished_seconds",
    "Age of the oldest change that waits to be published, 0 when none waits; told by the leader",
    "service",
)

APPLIED = Counter("plumbline_applied_total", "Events applied to the view", ["service"], registry=REGISTRY)
APPLY_SECONDS = Histogram(
    "plumbline_apply_seconds", "Seconds per batch of events applied to the view", buckets=_BATCH_BUCKETS,
    registry=REGISTRY,
)  # fmt: skip
DEAD_LETTERS = Counter("plumbline_dead_letters_total", "Messages that could not be read", registry=REGISTRY)
DISAGREEMENTS = Counter(
    "plumbline_view_disagreements_total", "Times that the view was found to be other than its owner's changes",
    ["service"], registry=REGISTRY,
)  # fmt: skip
KEPT_DEAD_LETTERS = Live("plumbline_kept_dead_letters", "Messages that could not be read and are kept, 1000 at most")
LAG = Live("plumbline_view_lag_seconds", "Age of the newest moment that the view covers", "service")
GENERATION = Live("plumbline_view_generation", "Number of the generation that answers, 0 before the first is built")
WRITER = Live("plumbline_view_writer", "1 while this process writes the view, else 0")
REBUILDING = Live("plumbline_rebuild_running", "1 while a generation is being built, else 0")


def observe_request(service: str, method: str, route: str, status: int, seconds: float) -> None:
    """``route`` is a template, never a path: a caller must not be able to make up label values."""
    known = method if method in _METHODS else "other"
    REQUESTS.labels(service, known, route, str(status)).observe(seconds)
