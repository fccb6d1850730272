"""The manifests in deploy/kubernetes: as files, and as Kustomize renders them where there is one.

Nothing here but the standard library and PyYAML: the validation runs in an environment of its own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parents[2] / "deploy" / "kubernetes"
OVERLAYS = ("example", "operators")
KUSTOMIZATION = "kustomization.yaml"
DATABASE_HOST = "plumbline-postgres-rw"

Manifest = dict[str, Any]


class NotRendered(Exception):
    """Rendering is not possible here; the message says why."""


def kustomize() -> list[str]:
    """The command that renders; raises NotRendered."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    raise NotRendered("neither kustomize nor kubectl is on the path")


def copy_with_secrets(scratch: Path) -> Path:
    """A copy of the folder with newly made secrets, as an operator makes them."""
    copy = scratch / "kubernetes"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("secrets"))
    command = {"PLUMBLINE": str(Path(sys.executable).with_name("plumbline"))} | os.environ
    subprocess.run([copy / "overlays" / "example" / "make-secrets", DATABASE_HOST], check=True, env=command)
    return copy


def render(overlay: Path) -> list[Manifest]:
    """What would be applied; raises NotRendered where nothing renders, and CalledProcessError if it fails."""
    rendered = subprocess.run([*kustomize(), str(overlay)], check=True, stdout=subprocess.PIPE)
    return list(yaml.safe_load_all(rendered.stdout))


def documents(path: Path) -> list[Manifest]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def files() -> list[Path]:
    """Every YAML file but the secrets, which are nobody's business."""
    return sorted(path for path in FOLDER.rglob("*.yaml") if "secrets" not in path.parts)


def kustomizations() -> Iterator[tuple[Path, Manifest]]:
    """Every kustomization with its folder."""
    for path in files():
        if path.name == KUSTOMIZATION:
            yield path.parent, documents(path)[0]


def patch_files() -> set[Path]:
    """Files that are parts of a manifest."""
    return {
        (folder / patch["path"]).resolve()
        for folder, content in kustomizations()
        for patch in content.get("patches", ())
        if "path" in patch
    }


def configurations() -> set[Path]:
    """Files that speak to Kustomize."""
    return {
        (folder / name).resolve() for folder, content in kustomizations() for name in content.get("configurations", ())
    }


def references() -> Iterator[tuple[Path, Path]]:
    """What each kustomization names, with the kustomization."""
    for folder, content in kustomizations():
        named = [*content.get("resources", ()), *content.get("components", ()), *content.get("configurations", ())]
        named += [patch["path"] for patch in content.get("patches", ()) if "path" in patch]
        for name in named:
            yield folder / KUSTOMIZATION, (folder / name).resolve()
