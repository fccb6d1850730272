"""``trust``: the keys of proofs that the person at this machine trusts, and where they are kept."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from services.cli.endpoint import Unusable
from services.cli.session import Session, command
from shared.bounded import read_secret


def pinned_file() -> Path:
    """In the person's own configuration (XDG), never in the working folder."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "plumbline" / "trusted-keys.json"


def pinned() -> list[dict[str, Any]]:
    """The keys that were pinned, as JSON Web Keys."""
    return keys_in(pinned_file()) if pinned_file().is_file() else []


def keys_in(path: Path) -> list[dict[str, Any]]:
    """The keys in a file: a JSON Web Key, or a set of them. Raises Unusable."""
    from shared.keys import PublicKey

    try:
        document = json.loads(read_secret(path))
        found = document.get("keys", [document])
        return [PublicKey.model_validate({"kid": "-", **key}).document() for key in found]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise Unusable(f"{path} holds no public keys ({type(error).__name__}).") from None


def by_thumbprint(keys: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Keys by the thumbprint that a signature names, whatever a file calls them."""
    from shared.keys import PublicKey

    return {PublicKey.model_validate(key).key().thumbprint(): key for key in keys}


@command
async def trust(
    session: Session,
    forget: Annotated[bool, typer.Option("--forget", help="Trust none of the keys that were pinned any more.")] = False,
) -> None:
    """Trust the keys with which a server signs proofs: compare the thumbprints with what its people say."""
    if forget:
        pinned_file().unlink(missing_ok=True)
        session.say("No key is trusted any more.")
        return
    told = await session.client.get_json("/strategy/v1/keys")
    known = by_thumbprint(pinned())
    kept = {**known, **by_thumbprint(told["keys"])}
    path = pinned_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_text(json.dumps({"keys": [{**key, "kid": print_} for print_, key in kept.items()]}, indent=2) + "\n")
    lines = [f"{print_}{'' if print_ in known else '  new'}" for print_ in kept]
    session.show(list(kept), lambda: "\n".join(lines))
    session.say(f"Trusted from now on, and kept in {path}.")
