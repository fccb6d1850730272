"""Merge patches."""

from typing import Any


def merge_patch(target: Any, change: Any) -> Any:
    """RFC 7396; the target stays as it is."""
    if not isinstance(change, dict):
        return change
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value)
    return merged
