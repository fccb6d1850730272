"""Keys in files: whole or not at all, for their owner alone, and rotated without losing the ones before."""

import base64
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine

from shared import keys
from shared.config import ISSUER_KEY, PROOF_KEY, TRUSTED_KEYS
from shared.keys import KeyFile, RingUnreadable, load_ring, load_trusted, make_keys, make_ring, rotate_key
from shared.keys.files import Watched

FORMER = {"kty": "oct", "k": base64.urlsafe_b64encode(bytes(range(32))).decode().rstrip("="), "use": "sig"}
"""A key file as release 0.1 wrote it; the thumbprint below is of the pair that 0.1 derived from it."""
FORMER_KID = "gC7HY2sotS84UcmB3bbz694lrt5qLj4MomzbRUzGtJA"


def test_a_pair_is_named_by_the_thumbprint_of_its_public_half() -> None:
    pair = keys.generate(7)
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": pair.x}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(members.encode()).digest()
    assert pair.kid == base64.urlsafe_b64encode(digest).decode().rstrip("=")


def test_a_public_key_does_not_carry_the_secret() -> None:
    pair = keys.generate(7)
    assert pair.d not in json.dumps(pair.public().document())
    assert pair.d not in repr(pair)
    assert set(pair.public().document()) == {"kty", "crv", "x", "kid", "use", "alg", "iat"}


def test_the_file_is_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "home" / "key.json"
    assert make_ring(path)
    before = path.read_text()
    assert not make_ring(path)
    assert path.read_text() == before
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path], "no scratch file is left"


def test_of_many_that_make_it_at_once_one_does(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: make_ring(path) and load_ring(path), range(8)))
    assert len([ring for ring in made if ring]) == 1
    assert load_ring(path) in made


def test_rotation_keeps_the_public_half_with_its_end(tmp_path: Path) -> None:
    path = tmp_path / PROOF_KEY
    with time_machine.travel(1_000, tick=False) as time:
        make_keys(tmp_path)
        first = load_ring(path).current
        time.shift(500)
        rotate_key(tmp_path, "proof")
        time.shift(500)
        rotate_key(tmp_path, "proof")
    third, second, oldest = load_ring(path).published()
    assert (oldest.kid, oldest.x) == (first.kid, first.x)
    assert [(k.iat, k.exp) for k in (third, second, oldest)] == [(2_000, None), (1_500, 2_060), (1_000, 1_560)]
    assert first.d not in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600


def test_of_many_who_make_an_installation_at_once_one_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    with ThreadPoolExecutor(8) as pool:
        made = [path for paths in pool.map(lambda _: make_keys(folder), range(8)) for path in paths]
    assert len(made) == len(set(made)) == 5
    rings = [load_ring(path) for path in made]
    assert {ring.grant.audience for ring in rings if ring.grant} == {load_trusted(folder / TRUSTED_KEYS).audience}
    current = {ring.current.kid for ring in rings if ring.grant}
    assert {key.kid for key in load_trusted(folder / TRUSTED_KEYS).keys} == current


def test_a_token_key_counts_as_long_as_its_longest_token(tmp_path: Path) -> None:
    with time_machine.travel(1_000_000, tick=False) as time:
        make_keys(tmp_path)
        first = load_ring(tmp_path / ISSUER_KEY).current
        rotate_key(tmp_path, "issuer")
        listed = {key.kid: key.exp for key in load_trusted(tmp_path / TRUSTED_KEYS).keys if key.iss == "plumbline"}
        assert listed == {first.kid: 1_000_000 + 24 * 3600, load_ring(tmp_path / ISSUER_KEY).current.kid: None}
        time.shift(24 * 3600 + 301)
        make_keys(tmp_path)
        assert first.kid not in {key.kid for key in load_trusted(tmp_path / TRUSTED_KEYS).keys}


def test_when_a_key_has_leaked_no_token_of_an_older_one_counts_either(tmp_path: Path) -> None:
    """Whoever replaced one and learns only then that it had leaked would else lose the good one and keep the other."""
    make_keys(tmp_path)
    rotate_key(tmp_path, "issuer")
    rotate_key(tmp_path, "proof")
    rotate_key(tmp_path, "issuer", leaked=True)
    ours = [key.kid for key in load_trusted(tmp_path / TRUSTED_KEYS).keys if key.iss == "plumbline"]
    assert ours == [load_ring(tmp_path / ISSUER_KEY).current.kid]
    [_, proven] = load_ring(tmp_path / PROOF_KEY).published()
    rotate_key(tmp_path, "proof", leaked=True)
    assert load_ring(tmp_path / PROOF_KEY).published()[1:] == [proven], "what it signed is still proven"


def test_the_mode_that_a_deployment_gave_a_file_stays(tmp_path: Path) -> None:
    make_keys(tmp_path)
    (tmp_path / ISSUER_KEY).chmod(0o444)
    rotate_key(tmp_path, "issuer")
    assert (tmp_path / ISSUER_KEY).stat().st_mode & 0o777 == 0o444


def test_keys_of_other_issuers_stay_in_the_set(tmp_path: Path) -> None:
    make_keys(tmp_path)
    path = tmp_path / TRUSTED_KEYS
    theirs = {**keys.generate(7).public().document(), "iss": "https://sign-in.example.org"}
    known = json.loads(path.read_text())
    path.write_text(json.dumps({**known, "keys": [*known["keys"], theirs]}))
    make_keys(tmp_path)
    rotate_key(tmp_path, "issuer")
    assert theirs["kid"] in {key.kid for key in load_trusted(path).keys}


def test_a_set_with_one_name_for_two_keys_is_refused(tmp_path: Path) -> None:
    make_keys(tmp_path)
    known = load_trusted(tmp_path / TRUSTED_KEYS)
    theirs = known.keys[0].model_copy(update={"x": keys.generate(7).x})
    (tmp_path / TRUSTED_KEYS).write_text(known.model_copy(update={"keys": (*known.keys, theirs)}).text())
    with pytest.raises(ValueError, match="same kid"):
        load_trusted(tmp_path / TRUSTED_KEYS)


def test_what_each_key_may_say(tmp_path: Path) -> None:
    """By hand: the issuer any, a service what it reads, Prometheus its metrics, the page all but these."""
    services = ("strategy", "catalog", "roles", "alignment")
    people = ("read", "write", "register", "approve", "appoint", "correct", "admin")
    make_keys(tmp_path)
    assert {(key.iss, key.sub, key.scope) for key in load_trusted(tmp_path / TRUSTED_KEYS).keys} == {
        ("plumbline", None, None),
        ("plumbline/alignment", "alignment", "strategy:read catalog:read roles:read"),
        (
            "plumbline/metrics",
            "prometheus",
            "strategy:metrics catalog:metrics roles:metrics alignment:metrics web:metrics",
        ),
        ("plumbline/web", None, " ".join(f"{service}:{may}" for service in services for may in people)),
    }


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"current": {"kty": "oct", "k": "AAAA"}}', "\udcff"], ids=repr)
def test_what_is_no_key_is_named_without_its_content(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key.json"
    path.write_text(content, errors="surrogateescape")
    with pytest.raises(RingUnreadable, match=r"key\.json has no private key") as raised:
        load_ring(path)
    assert "AAAA" not in str(raised.value)


def test_a_running_process_notices_a_rotation_and_survives_a_broken_file(tmp_path: Path) -> None:
    path, now = tmp_path / PROOF_KEY, [0.0]
    make_keys(tmp_path)
    held = KeyFile(path)
    held._file = Watched(path, keys.Ring.model_validate_json, lambda: now[0])
    first = held.ring()
    second = rotate_key(tmp_path, "proof")
    assert held.ring() == first, "it has only just looked"
    now[0] += 11
    assert held.ring() == second
    path.write_text("{")
    now[0] += 11
    assert held.ring() == second
    path.unlink()
    now[0] += 11
    assert held.ring() == second


def test_a_key_that_never_was_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RingUnreadable, match=r"none\.json"):
        KeyFile(tmp_path / "none.json").ring()


def test_the_former_derived_key_is_published_as_ended_and_derived(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(json.dumps(FORMER))
    with time_machine.travel(5_000, tick=False):
        make_keys(tmp_path / "keys", tmp_path / "key.json")
    current, former = load_ring(tmp_path / "keys" / "strategy" / "proof-key.json").published()
    assert (former.kid, former.exp, former.derived) == (FORMER_KID, 5_000, True)
    assert (current.iat, current.exp, current.derived) == (5_000, None, None)
    assert make_keys(tmp_path / "keys", tmp_path / "key.json") == []


def test_without_a_former_key_there_is_one_key(tmp_path: Path) -> None:
    make_keys(tmp_path / "keys", tmp_path / "none.json")
    assert len(load_ring(tmp_path / "keys" / "strategy" / "proof-key.json").published()) == 1
