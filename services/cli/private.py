"""What is nobody else's: the home, its databases and its keys; and whether a process has the keys that it needs."""

import os
from pathlib import Path

import typer

from services.cli.endpoint import LOCK_FILE
from shared.config import KEYS, Misconfigured, Settings

FORMER_KEY = "key.json"
UPGRADED = """The keys are new: each purpose has an Ed25519 key of its own, in {folder}.
  Tokens made before are refused: make new ones with `plumbline token`. Who was signed in on the page signs in anew.
  Proofs made before can still be checked. Their key is published as derived and ended.
  {former} is not used any more. Delete it."""


def make_home(home: Path) -> None:
    """A folder that its owner alone can enter, and files in it that nobody else can read, also those of before."""
    keep_private()
    is_new = not home.exists()
    home.mkdir(parents=True, exist_ok=True)
    if not is_new and any(home.iterdir()) and not (home / LOCK_FILE).exists():
        return  # a folder that somebody uses for something else as well
    home.chmod(0o700)
    for path in home.iterdir():
        if path.is_file() and not path.is_symlink():
            path.chmod(0o600)


def keep_private() -> None:
    """What this process writes is readable by nobody else."""
    os.umask(0o077)


def make_keys_of(home: Path) -> None:
    """The keys of a home, where they are missing; tells what that means where there was a key before."""
    from shared.keys import make_keys

    tell_upgrade(home / KEYS, home / FORMER_KEY, make_keys(home / KEYS, home / FORMER_KEY))


def tell_upgrade(folder: Path, former: Path | None, made: list[Path]) -> None:
    if made and former and former.is_file():
        typer.echo(UPGRADED.format(folder=folder, former=former), err=True)


def demand_keys(service: str, settings: Settings) -> None:
    """Raises Misconfigured, which names the setting, unless the keys are there that a service cannot be without."""
    from shared.keys import load_ring, load_trusted

    try:
        load_trusted(settings.trusted_keys_path)
    except (OSError, ValueError):
        detail = f"{settings.trusted_keys_path} has no public keys to check tokens with. `plumbline keys` makes them."
        raise Misconfigured(f"PLUMBLINE_TRUSTED_KEYS_FILE: {detail}") from None
    if service == "strategy":
        load_ring(settings.proof_key_path)
    if service == "alignment":
        load_ring(settings.service_key_path)
    if service == "web":
        load_ring(settings.web_key_path)
