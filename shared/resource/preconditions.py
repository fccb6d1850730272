"""If-Match and If-None-Match over versions: the entity tag of a version is that number in quotes."""

from dataclasses import dataclass

from shared.errors import PreconditionFailed, PreconditionRequired


def entity_tag(version: int) -> str:
    return f'"{version}"'


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


@dataclass(frozen=True)
class Preconditions:
    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def only_if_absent(self) -> bool:
        return (self.if_none_match or "").strip() == "*"

    def demand(self) -> None:
        if self.if_match is None:
            raise PreconditionRequired("Send If-Match with the version that you have read.")

    def check(self, version: int) -> None:
        """Strong comparison: a weak tag matches nothing."""
        tags = _tags(self.if_match or "")
        if tags != ["*"] and entity_tag(version) not in tags:
            raise PreconditionFailed("It has changed since.", headers={"ETag": entity_tag(version)}, version=version)

    def check_absent(self) -> None:
        if self.if_match is not None:
            raise PreconditionFailed("There is none with this id.")

    def has_seen(self, version: int) -> bool:
        """For GET: whether the caller holds this version already (weak comparison)."""
        tags = [tag.removeprefix("W/") for tag in _tags(self.if_none_match or "")]
        return tags == ["*"] or entity_tag(version) in tags
