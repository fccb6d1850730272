"""What a signature covers: what an entity says and what it is there for, without where it stands in its life.

A hash names its scheme, and packages compare under the one with which they were signed. Members that say nothing (null,
empty) are left out, so that a member which a later release adds breaks no signature.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

import orjson
import rfc8785

from shared.contracts.base import SERVER_FIELDS

NOT_CONTENT = SERVER_FIELDS | {"state", "state_reason", "review", "provenance"}
SCHEME = "sha256-rfc8785"
"""Of new hashes: the content and the justifying links, in the canonical form of RFC 8785."""
_BEFORE = "sha256"
"""Of packages signed by the first release: the content alone, members sorted by name."""
JUSTIFYING = ("decomposes", "delivers", "justified_by", "part_of", "realizes", "serves", "supports")
"""The links of an item that belong to what is signed. A part of the scheme: another choice is another scheme."""
Content = dict[str, Any]


class NotCanonical(ValueError):
    """A value has no canonical form: it holds a number beyond what every reader of JSON keeps exactly."""


def content(state: Mapping[str, Any]) -> Content:
    """The signed part of a state in JSON terms."""
    return _said({name: value for name, value in state.items() if name not in NOT_CONTENT})


def linked(links: Iterable[Mapping[str, Any]]) -> list[Content]:
    """The signed part of an item's outgoing links in JSON terms, in an order that does not depend on ids of links."""
    members = ("type", "target", "confidence", "valid_from", "valid_to")
    justifying = [_said({name: link.get(name) for name in members}) for link in links if link["type"] in JUSTIFYING]
    return sorted(justifying, key=link_name)


def link_name(link: Mapping[str, Any]) -> str:
    """What tells one signed link of an item from another."""
    return f"{link['type']} {link['target']['kind']}/{link['target']['id']}"


def _said(members: Mapping[str, Any]) -> Content:
    return {name: value for name, value in members.items() if value not in (None, [], {}, "")}


def canonical(value: Any) -> bytes:
    """The canonical form of a JSON value by RFC 8785. Raises NotCanonical."""
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise NotCanonical(str(error)) from None


def digest(value: Any) -> str:
    """``sha256-rfc8785:<hex>`` of a JSON value. Raises NotCanonical."""
    return f"{SCHEME}:{sha256(canonical(value)).hexdigest()}"


def item_digest(said: Content, links: list[Content], scheme: str = SCHEME) -> str:
    """The hash of an item of a package under a scheme. Raises NotCanonical, and ValueError for an unknown scheme."""
    try:
        return f"{scheme}:{_SCHEMES[scheme](said, links)}"
    except KeyError:
        raise ValueError(f"There is no hash scheme {scheme!r}.") from None


def scheme_of(digest: str) -> str:
    return digest.partition(":")[0]


def _with_links(said: Content, links: list[Content]) -> str:
    return sha256(canonical({"content": said, "links": links})).hexdigest()


def _alone(said: Content, _: list[Content]) -> str:
    return sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


_SCHEMES: Mapping[str, Callable[[Content, list[Content]], str]] = {SCHEME: _with_links, _BEFORE: _alone}


def covers_links(scheme: str) -> bool:
    return scheme != _BEFORE


def difference(signed: Content, now: Content) -> list[dict[str, Any]]:
    """Member by member what was signed and what is there now, where these differ."""
    return [
        {"member": name, "signed": signed.get(name), "now": now.get(name)}
        for name in sorted(signed.keys() | now.keys())
        if _text(signed.get(name)) != _text(now.get(name))
    ]


def link_difference(signed: list[Content], now: list[Content]) -> dict[str, list[Content]]:
    """Links added and ended since, and those whose confidence or validity is another, with what differs in them."""
    before, after = ({link_name(link): link for link in links} for links in (signed, now))
    both = sorted(before.keys() & after.keys())
    changes = {name: difference(before[name], after[name]) for name in both}
    return {
        "added": [after[name] for name in sorted(after.keys() - before.keys())],
        "ended": [before[name] for name in sorted(before.keys() - after.keys())],
        "changed": [
            {"type": after[name]["type"], "target": after[name]["target"], "changes": changes[name]}
            for name in both
            if changes[name]
        ],
    }


def _text(value: Any) -> bytes:
    """As canonical as a comparison needs it: a number that cannot be signed still differs from another one."""
    try:
        return canonical(value)
    except NotCanonical:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
