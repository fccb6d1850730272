"""If-Match and If-None-Match over versions (RFC 9110, 13.1): the entity tag of a version is that number in quotes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from starlette.datastructures import Headers

from shared.errors import BadRequest, PreconditionFailed, PreconditionRequired

Tags = tuple[str, ...]
ANY: Tags = ("*",)
_TOKEN = re.compile(r'[ \t]+|,|\*|(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def entity_tag(version: int) -> str:
    return f'"{version}"'


def tags_in(name: str, lines: Sequence[str]) -> Tags | None:
    """The entity tags of a header, all its lines being one list; None if it was not sent. Raises BadRequest."""
    if not lines:
        return None
    tokens = _tokens(name, ", ".join(lines))
    tags = tuple(token for token in tokens if token != ",")
    separated = all("," in pair for pair in pairwise(tokens))
    if not tags or not separated or ("*" in tags and tags != ANY):
        raise _malformed(name)
    return tags


def _tokens(name: str, text: str) -> list[str]:
    """Tags, asterisks and commas, without the white space around them."""
    tokens: list[str] = []
    place = 0
    while place < len(text):
        token = _TOKEN.match(text, place)
        if token is None:
            raise _malformed(name)
        tokens += [token[0]] if token[0].strip() else []
        place = token.end()
    return tokens


def _malformed(name: str) -> BadRequest:
    return BadRequest(f'{name} takes versions in quotes, such as "3", with commas between them, or * alone.')


@dataclass(frozen=True)
class Preconditions:
    """What a request demands of the current version; None for a header that was not sent."""

    if_match: Tags | None = None
    if_none_match: Tags | None = None

    @classmethod
    def of(cls, headers: Headers) -> "Preconditions":
        """Those of a request. Raises BadRequest for a header that is no list of entity tags."""
        names = ("If-Match", "If-None-Match")
        return cls(*(tags_in(name, headers.getlist(name)) for name in names))

    def demand(self) -> None:
        if self.if_match is None:
            raise PreconditionRequired('Send If-Match with the version that you have read, such as If-Match: "3".')

    def check(self, version: int) -> None:
        """Both, for what would change the version that is there."""
        self.check_match(version)
        self.check_new(version)

    def check_match(self, version: int) -> None:
        """If-Match. It compares strongly: a weak tag matches nothing."""
        if self.if_match not in (None, ANY) and entity_tag(version) not in (self.if_match or ()):
            raise _failed("It has changed since you read it: read it again, and send that version.", version)

    def check_new(self, version: int) -> None:
        """If-None-Match, for what would change the version that is there."""
        if self.if_none_match == ANY:
            raise _failed("There is one with this id already: to change it, send its version as If-Match.", version)
        if self.has_seen(version):
            raise _failed("It still is the version that If-None-Match names.", version)

    def check_absent(self) -> None:
        if self.if_match is not None:
            raise PreconditionFailed("There is none with this id: to create it, send no If-Match.")

    def has_seen(self, version: int) -> bool:
        """Whether If-None-Match names this version (weak comparison): for a GET, that the caller holds it already."""
        tags = self.if_none_match or ()
        return tags == ANY or entity_tag(version) in [tag.removeprefix("W/") for tag in tags]


def _failed(detail: str, version: int) -> PreconditionFailed:
    return PreconditionFailed(detail, headers={"ETag": entity_tag(version)}, version=version)
