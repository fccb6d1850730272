"""Every manifest against the schemas of Kubernetes, offline: the files as they are, and what they are rendered to.

``python -m tests.deploy.validate``, in an environment with kubernetes-validate (the 108 MB of which are its own).
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kubernetes_validate import SchemaNotFoundError, ValidationError, latest_version, utils, validate

from tests.deploy import manifests
from tests.deploy.manifests import Manifest

OLDEST = "1.30"  # the first in which a preStop hook may just sleep
OPERATORS = ("kafka.strimzi.io/", "postgresql.cnpg.io/", "barmancloud.cnpg.io/")

# each validation would read megabytes of definitions again
utils.schema_contents = cache(utils.schema_contents)


def wrong(manifest: Manifest) -> Iterator[str]:
    """What the schemas object to. Those of the operators' kinds are not at hand offline."""
    if manifest["apiVersion"].startswith(OPERATORS):
        return
    for version in (OLDEST, latest_version()):
        try:
            validate(manifest, version, strict=True)
        except SchemaNotFoundError as error:
            yield error.message
        except ValidationError as error:
            place = ".".join(str(step) for step in error.path)
            yield f"{manifest['kind']} {manifest['metadata']['name']}, {version}: {place}: {error.message}"


def wrong_references() -> Iterator[str]:
    """What a kustomization names and is not there, and what is there and no kustomization names."""
    named = list(manifests.references())
    for source, target in named:
        if not (target / manifests.KUSTOMIZATION if target.is_dir() else target).is_file():
            yield f"{source} names {target}"
    for path in set(manifests.files()) - {target for _, target in named}:
        if path.name != manifests.KUSTOMIZATION:
            yield f"{path} is in no kustomization"


def wrong_files() -> Iterator[str]:
    parts = manifests.patch_files() | manifests.configurations()
    for path in manifests.files():
        if path.name != manifests.KUSTOMIZATION and path not in parts:
            for manifest in manifests.documents(path):
                yield from (f"{path}: {error}" for error in wrong(manifest))


def wrong_renderings() -> Iterator[str]:
    """Raises NotRendered."""
    manifests.kustomize()
    with tempfile.TemporaryDirectory() as scratch:
        copy = manifests.copy_with_secrets(Path(scratch))
        for overlay in manifests.OVERLAYS:
            try:
                rendered = manifests.render(copy / "overlays" / overlay)
            except subprocess.CalledProcessError:
                yield f"{overlay} cannot be rendered"
                continue
            for manifest in rendered:
                yield from (f"{overlay}: {error}" for error in wrong(manifest))
            print(f"{overlay}: {len(rendered)} manifests rendered by {' '.join(manifests.kustomize())}")


def main() -> int:
    errors = [*wrong_references(), *wrong_files()]
    try:
        errors += wrong_renderings()
    except manifests.NotRendered as reason:
        print(f"Overlays were not rendered: {reason}.")
        if "kustomize" in os.environ.get("PLUMBLINE_TEST_REQUIRE", "").replace(" ", "").split(","):
            errors.append("PLUMBLINE_TEST_REQUIRE wants them rendered.")
    for error in errors:
        print(error, file=sys.stderr)
    print(f"Kubernetes {OLDEST} and {latest_version()}: {len(errors)} errors in the manifests")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
