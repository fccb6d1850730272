"""Tables and phrases for people. What comes from a server is text, never markup and never a terminal's control."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from shared.contracts.views.nodes import Node

_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow"}


def clean(value: Any) -> str:
    """Any value as text that a terminal can only show."""
    text = "" if value is None else str(value)
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)


def plain(value: Any) -> str:
    """Any value on one line, so that nothing that somebody wrote looks like a line of ours."""
    return clean(value).replace("\n", "\N{REPLACEMENT CHARACTER}")


def counted(number: int, what: str) -> str:
    """``1 contract``, ``2 contracts``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def cell(value: Any) -> Text:
    text = clean(value)
    return Text(text, style=_STYLES.get(text, ""))


def table(columns: Iterable[str], rows: Iterable[Iterable[Any]], title: str | None = None) -> Table:
    result = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        result.add_column(cell(column), overflow="fold")
    for row in rows:
        result.add_row(*map(cell, row))
    return result


def label(node: "Node") -> str:
    """``kind/key name``, and in brackets why it is not live."""
    return f"{ref(node)} {clean(node.name) or '(never seen)'}{off(node)}"


def off(node: "Node") -> str:
    """In brackets why it is not live; nothing where it is."""
    return "" if node.live else f" [{clean(node.why_not_live)}]"


def ref(node: "Node") -> str:
    """``kind/key``; by its id what has no key."""
    return f"{node.kind}/{node.key or node.id}"


def left_out(counts: Mapping[str, int]) -> list[Text]:
    """A line on what is not live, by why; none where there is nothing."""
    told = ", ".join(f"{number} {clean(why)}" for why, number in counts.items())
    return [cell(f"Left out: {told} (--all shows them)")] if told else []
