"""Reaching into facts by a path: `loads/0/documents/1/number`. Nothing is changed in place: what comes back is another
value that shares everything but the way down to the change."""

from collections.abc import Mapping, Sequence
from typing import Any

Json = Any  # values as JSON has them


def get(tree: Json, path: str, default: Json = None) -> Json:
    """What stands there; `default` where nothing does, or null."""
    found = tree
    for step in path.split("/"):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, Sequence) and not isinstance(found, str) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return default
    return default if found is None else found


def put(tree: Json, path: str, value: Json) -> Json:
    """With `value` there. An object on the way that is null is made; a list has to have the place already, or it is the
    one behind its last. KeyError for a way that cannot be."""
    step, _, rest = path.partition("/")
    if isinstance(tree, Mapping):
        return {**tree, step: put(tree.get(step), rest, value) if rest else value}
    if tree is None and not step.isdigit():
        return {step: put(None, rest, value) if rest else value}
    items = list(tree or ())
    place = int(step) if step.isdigit() else -1
    if not 0 <= place <= len(items):
        raise KeyError(path)
    below = items[place] if place < len(items) else None
    items[place : place + 1] = [put(below, rest, value) if rest else value]
    return items


def drop(tree: Json, path: str) -> Json:
    """Without that place of a list. KeyError where there is none."""
    parent, _, place = path.rpartition("/")
    items = list(get(tree, parent, ()))
    if not place.isdigit() or int(place) >= len(items):
        raise KeyError(path)
    del items[int(place)]
    return put(tree, parent, items)


def append(tree: Json, path: str, value: Json) -> Json:
    return put(tree, f"{path}/{len(get(tree, path, ()))}", value)
