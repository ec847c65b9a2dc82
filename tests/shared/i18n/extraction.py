"""Reads out of source code which sentences it says, and which ways of saying them nobody could translate."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

# What an object of class Words is called, so that a sentence is found by how it is said.
NAMES = ("words", "_words")
METHODS = {"many": 2, "context": 2}


@dataclass(frozen=True)
class Sentence:
    """`other`: the plural. `given`: keywords at the place where it is said, None when they cannot be read there."""

    where: str
    msgid: str
    other: str | None = None
    context: str | None = None
    given: frozenset[str] | None = None


def placeholders(text: str) -> frozenset[str]:
    """Names in braces; one with a format, a conversion or a dot comes with it."""
    return frozenset(
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _, name, form, conversion in Formatter().parse(text)
        if name is not None
    )


def sentences(where: str, tree: ast.AST) -> Iterator[Sentence]:
    for call, method in _calls(tree):
        place = f"{where}:{call.lineno}"
        given = _keywords(call)
        with_n = None if given is None else given | {"n"}
        match method, call.args:
            case "many", [first, second, *_]:
                one, other = list(_literals(first)), list(_literals(second))
                yield from (Sentence(place, a, b, None, with_n) for a, b in zip(one, other, strict=True))
            case "context", [ast.Constant(value=str(context)), second, *_]:
                yield from (Sentence(place, text, None, context, given) for text in _literals(second))
            case "N_", [first, *_]:
                yield from (Sentence(place, text) for text in _literals(first))
            case "", [first, *_]:
                yield from (Sentence(place, text, None, None, given) for text in _literals(first))


def untranslatable(where: str, tree: ast.AST) -> Iterator[str]:
    """Sentences put together before they are said, and objects of class Words by a name that hides what they say."""
    for call, method in _calls(tree):
        place = f"{where}:{call.lineno}"
        for argument in call.args[: METHODS.get(method, 1)]:
            if _put_together(argument):
                yield f"{place}: a sentence is put together before it is said; use {{placeholders}}"
        if method == "N_" and not list(_literals(call.args[0])):
            yield f"{place}: N_ marks a literal"
        if method == "context" and not isinstance(call.args[0], ast.Constant) and list(_literals(call.args[1])):
            yield f"{place}: the context of a literal is a literal"
    for node in ast.walk(tree):
        for name in _words_bound(node):
            if name not in NAMES:
                yield f"{where}:{getattr(node, 'lineno', 0)}: Words is called `words`, not {name!r}"


def _calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Calls of N_, of a Words ("" as method) and of its methods."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if _name(node.func) == "N_":
            yield node, "N_"
        elif _name(node.func) in NAMES:
            yield node, ""
        elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and _name(node.func.value) in NAMES:
            yield node, node.func.attr


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _literals(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            if text:
                yield text
        case ast.Call(func=ast.Name(id="N_"), args=[marked]):
            yield from _literals(marked)
        case ast.IfExp():
            yield from _literals(node.body)
            yield from _literals(node.orelse)
        case ast.BoolOp():
            for value in node.values:
                yield from _literals(value)


def _put_together(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call(func=ast.Attribute(attr="format" | "format_map" | "join")):
            return True
        case ast.IfExp():
            return _put_together(node.body) or _put_together(node.orelse)
    return False


def _keywords(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name is not None)


def _words_bound(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.arg(arg=name, annotation=ast.Name(id="Words")):
            yield name
        case ast.AnnAssign(target=target, annotation=ast.Name(id="Words")):
            yield _name(target)
        case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id="Words"))):
            yield _name(target)
