"""What a drawing needs of the sheet where it stands alone: its rules, with each colour as it is in the light."""

import re
from functools import cache
from importlib.resources import files

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#\w+),")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_USED = re.compile(r"var\(--([\w-]+)\)")


@cache
def _sheet() -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Its colours by their names, and its rules as they are on a wide screen."""
    text = _COMMENT.sub("", files("services.web").joinpath("static", "style.css").read_text(encoding="utf-8"))
    tokens, _, rules = text.partition("}")
    return dict(_TOKEN.findall(tokens)), _RULE.findall(rules.partition("@")[0])


def light(name: str) -> str:
    """A colour of the sheet, in the light."""
    return _sheet()[0][name]


@cache
def sheet_of(look: str) -> str:
    """The rules of what stands in ``.look``. A file is not pointed at, so what shows on that is left out."""
    wanted = [
        (" ".join(selector.split()), " ".join(rule.split()))
        for selector, rule in _sheet()[1]
        if selector.strip().startswith(f".{look} ") and ":" not in selector
    ]
    return " ".join(f"{selector} {{{_USED.sub(lambda used: light(used[1]), rule)}}}" for selector, rule in wanted)
