"""The file that says what groups of the provider may do here, as roles on services."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import Field, ValidationError, field_validator, model_validator

from shared.bounded import read_bounded
from shared.config import SERVICES, Misconfigured
from shared.contracts.model import Model
from shared.contracts.refusals import sentence
from shared.interchange.yaml_documents import MAX_BYTES, documents
from shared.scopes import PEOPLE, READING

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
_NOT_YET = "is not enforced yet: a role is for all kinds of a service and for whoever owns them; leave it out"
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
    kinds: None = None
    """Room for kinds of entities; not enforced yet."""
    owned: None = None
    """Room for what the members own; not enforced yet."""

    @field_validator("kinds", "owned", mode="before")
    @classmethod
    def _not_yet(cls, _: Any) -> Any:
        raise ValueError(_NOT_YET)

    @model_validator(mode="after")
    def _reads_everywhere(self) -> Self:
        if self.role == "viewer" and "services" in self.model_fields_set:
            raise ValueError("gives services to a viewer, who reads all of them: leave them out")
        return self

    def scopes(self) -> set[str]:
        return {*READING, *(f"{service}:{action}" for service in self.services for action in ACTIONS[self.role])}


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
