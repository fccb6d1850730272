"""Tables and phrases for people. What comes from a server is text, never markup, never a terminal's control, and never
a line of its own."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from unicodedata import category

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from shared.contracts.views.nodes import Node

_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow"}


def clean(value: Any) -> str:
    """Lines of ours as text that a terminal can only show. What others wrote comes into them by ``plain``."""
    text = "" if value is None else str(value)
    return "".join(letter if _can_be_shown(letter) else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _can_be_shown(letter: str) -> bool:
    """Spaces of any width and joiners are a part of names; what steers a terminal, or turns lines round, is not."""
    return letter.isprintable() or letter == "\n" or letter in _JOINERS or category(letter) == "Zs"


def document(data: Any, indent: int | None = None) -> str:
    """JSON for programs, that a terminal can only show as well: the same document, with more of it escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    if text.replace("\n", "").isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter == "\n" else json.dumps(letter)[1:-1] for letter in text)


def plain(value: Any) -> str:
    """Any value on one line, so that nothing that somebody wrote looks like a line of ours."""
    return clean(value).replace("\n", "\N{REPLACEMENT CHARACTER}")


def value(said: Any) -> str:
    """A member's value on one line: text as it is, and anything else as JSON."""
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return plain("nothing" if said is None else text)


def counted(number: int, what: str) -> str:
    """``1 contract``, ``2 contracts``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def cell(value: Any) -> Text:
    """One line."""
    text = plain(value)
    return Text(text, style=_STYLES.get(text, ""))


def came_and_went(opened: Iterable[str], closed: Iterable[str]) -> list[str]:
    """Rules of findings that come up and are resolved: ``+V04 x2``, ``-P01``."""
    found = Counter((sign, rule) for sign, rules in (("+", opened), ("-", closed)) for rule in rules)
    return [f"{sign}{rule}{f' x{number}' if number > 1 else ''}" for (sign, rule), number in found.items()]


def lines(values: Iterable[Any]) -> Text:
    return Text("\n").join(map(cell, values))


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]], title: str | None = None) -> Table:
    result = Table(title=title and cell(title), title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        result.add_column(cell(column), overflow="fold")
    for row in rows:
        result.add_row(*map(cell, row))
    return result


def label(node: "Node") -> str:
    """``kind/key name``, and in brackets why it is not live."""
    return f"{ref(node)} {plain(node.name) or '(never seen)'}{off(node)}"


def off(node: "Node") -> str:
    """In brackets why it is not live; nothing where it is."""
    return "" if node.live else f" [{plain(node.why_not_live)}]"


def ref(node: "Node") -> str:
    """``kind/key``; by its id what has no key."""
    return f"{node.kind}/{node.key or node.id}"


def left_out(counts: Mapping[str, int]) -> list[Text]:
    """A line on what is not live, by why; none where there is nothing."""
    told = ", ".join(f"{number} {plain(why)}" for why, number in counts.items())
    return [cell(f"Left out: {told} (--all shows them)")] if told else []
