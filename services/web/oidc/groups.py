"""The file that says what groups of the provider may do here, as roles on services."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, ValidationError, model_validator

from shared.bounded import read_bounded
from shared.config import SERVICES, Misconfigured
from shared.contracts import KIND_OWNERS, OWNERS
from shared.contracts.base import KindName
from shared.contracts.model import Model
from shared.contracts.refusals import sentence
from shared.interchange.yaml_documents import MAX_BYTES, documents
from shared.scopes import PEOPLE, READING, narrowed

_SETTING = "PLUMBLINE_GROUPS_FILE"
Role = Literal["viewer", "editor", "approver", "appointer", "admin"]
Service = Literal["strategy", "catalog", "roles", "alignment"]
ACTIONS: dict[Role, tuple[str, ...]] = {
    "viewer": (),
    "editor": ("write",),
    "approver": ("approve",),
    "appointer": ("appoint",),
    "admin": tuple(scope.partition(":")[2] for scope in PEOPLE if scope.startswith("alignment:")),
}
"""What each role may do on a service besides reading. All read all services: views show what is in all of them."""
assert set(ACTIONS) == {*get_args(Role)}
assert {*get_args(Service)} == {*SERVICES}


class GroupRole(Model):
    """A role of a group."""

    group: Annotated[str, Field(min_length=1, max_length=500)]
    """The group, as the claim names it."""
    role: Role
    """What its members may do."""
    services: Annotated[list[Service], Field(min_length=1)] = list(get_args(Service))
    """On which services it may do more than read; without it on all."""
    kinds: Annotated[list[KindName], Field(min_length=1)] | None = None
    """Of an editor: only things of these kinds, with the links that lead from them; null for all kinds."""
    owned: Literal[True] | None = None
    """Of an editor: only what they own, also by a role or a team, and what lies under that; null for everything."""

    @model_validator(mode="after")
    def _reads_everywhere(self) -> Self:
        if self.role == "viewer" and "services" in self.model_fields_set:
            raise ValueError("gives services to a viewer, who reads all of them: leave them out")
        return self

    @model_validator(mode="after")
    def _narrows_an_editor(self) -> Self:
        narrowed = [name for name in ("kinds", "owned") if getattr(self, name) is not None]
        if narrowed and self.role != "editor":
            raise ValueError(f"gives {' and '.join(narrowed)} to {self.role}: only what an editor writes is narrowed")
        strange = [kind for kind in self.kinds or () if KIND_OWNERS[kind] not in self.services]
        if strange:
            raise ValueError(f"names {', '.join(strange)}, which none of its services keeps")
        return self

    def scopes(self) -> set[str]:
        if self.kinds is None and self.owned is None:
            return {*READING, *(f"{service}:{action}" for service in self.services for action in ACTIONS[self.role])}
        return {*READING, *(narrowed(*each, owned=self.owned is not None) for each in self._written())}

    def _written(self) -> Iterator[tuple[str, str | None]]:
        """Of each service what is written: some kinds, or all of them. Of alignment nothing is anybody's own."""
        if self.kinds is None:
            yield from ((service, None) for service in self.services if service in OWNERS)
        else:
            yield from ((KIND_OWNERS[kind], kind) for kind in self.kinds)


class Groups(Model):
    """Whatever a group is not given, it may not do."""

    groups: Annotated[list[GroupRole], Field(min_length=1, max_length=1000)]
    """Roles, group by group; a group may be in it several times."""

    def scopes(self, member_of: Collection[str]) -> frozenset[str]:
        """What somebody in these groups may do; nothing where none of them is named."""
        return frozenset[str]().union(*(each.scopes() for each in self.groups if each.group in member_of))


def read_groups(path: Path) -> Groups:
    """Raises Misconfigured, which names each member that is wrong and says what is allowed."""
    try:
        found = [*documents(read_bounded(path, MAX_BYTES))]
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{_SETTING}: {path} cannot be read: {error}") from None
    if len(found) != 1:
        raise Misconfigured(f"{_SETTING}: {path} must have one document, with the member groups")
    try:
        return Groups.model_validate(found[0])
    except ValidationError as error:
        wrong = "; ".join(f"{_member(each['loc'])} {sentence(Groups, each)}" for each in error.errors())
        raise Misconfigured(f"{_SETTING}: {path}: {wrong}.") from None


def _member(where: tuple[int | str, ...]) -> str:
    """``groups[1].role``; the document itself where nothing is named."""
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return path.removeprefix(".") or "the document"
