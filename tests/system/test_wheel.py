"""The wheel holds all that it needs: put elsewhere, it serves the sample as the checkout does."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = ROOT / ".uv" / "bin" / "uv"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT], check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "installed")
    return folder / "installed"


@pytest.mark.long
def test_it_serves_the_sample_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(installed), "COLUMNS": "200", "PLUMBLINE_LOG_LEVEL": "WARNING"}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, check=True, text=True, stdout=subprocess.PIPE
        )
        return done.stdout

    assert run("-c", "import services, shared; print(services.__file__, shared.__file__)").split() == [
        str(installed / name / "__init__.py") for name in ("services", "shared")
    ]
    told = run("-m", "services", "up", "--once", "--home", "home", "--port", "0")
    assert re.search(r"Score: \d+ of 100, findings: [1-9]", told)
