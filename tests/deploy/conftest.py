"""The overlays as Kustomize renders them: once per run."""

from pathlib import Path

import pytest

from tests import backends
from tests.deploy import manifests
from tests.deploy.cluster import Cluster


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the manifests with secrets."""
    return manifests.copy_with_secrets(tmp_path_factory.mktemp("deploy"))


@pytest.fixture(scope="session", params=manifests.OVERLAYS)
def cluster(request: pytest.FixtureRequest, tree: Path) -> Cluster:
    """What an overlay would make of a cluster."""
    return _rendered(tree, request.param)


@pytest.fixture(scope="session")
def operators(tree: Path) -> Cluster:
    """The overlay with its own PostgreSQL and Kafka."""
    return _rendered(tree, "operators")


@pytest.fixture(scope="session")
def base(tree: Path) -> Cluster:
    """What all overlays start from."""
    return _rendered(tree, "../base")


def _rendered(tree: Path, overlay: str) -> Cluster:
    try:
        return Cluster(manifests.render((tree / "overlays" / overlay).resolve()))
    except manifests.NotRendered as reason:
        backends.skip("kustomize", reason)
