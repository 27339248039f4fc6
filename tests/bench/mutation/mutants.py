"""Ways to make a line wrong: conditions turned round or widened, filters left out, refusals forgotten."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

Change = Callable[[Any], ast.AST]

_OTHER_WAY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OTHER_SIGN: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip
_NARROWING = {"filter", "exclude"}
_ASKED = {"filter", "exclude", "Q"}


@dataclass(frozen=True)
class Mutant:
    """One change in one function of a file."""

    file: str
    line: int
    function: str
    what: str
    number: int  # of all changes of the file, in order

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.what}"


def mutants_of(file: Path, root: Path) -> list[Mutant]:
    """Every change that can be made in the functions of a file."""
    tree = ast.parse(file.read_text())
    name = str(file.relative_to(root))
    return [
        Mutant(name, node.lineno, function, what, number)
        for number, (node, function, what, _change) in enumerate(_changes(tree))
    ]


def mutated(file: Path, mutant: Mutant) -> dict[str, CodeType]:
    """The code of the functions of a file with a mutant in it, by qualified name."""
    tree = ast.parse(file.read_text())
    for number, (node, _function, _what, change) in enumerate(_changes(tree)):
        if number == mutant.number:
            changed = change(copy.deepcopy(node))
            tree = ast.fix_missing_locations(_Replaced(node, changed).visit(tree))
            break
    return dict(_codes(compile(tree, str(file), "exec")))


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const.co_qualname, const
            yield from _codes(const)


def _changes(tree: ast.Module) -> Iterator[tuple[ast.AST, str, str, Change]]:
    """Places and changes, in the order of the text. Annotations and defaults are left alone."""
    for function, name in _functions(tree, ""):
        for statement in function.body:
            for node in _walk(statement):
                for what, change in _of(node):
                    yield node, name, what, change


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """What is run: the annotation of a variable is not."""
    yield node
    for name, value in ast.iter_fields(node):
        if name != "annotation":
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _walk(child)


def _functions(node: ast.AST, before: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child, f"{before}{child.name}"
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{before}{child.name}.")


def _of(node: ast.AST) -> Iterator[tuple[str, Change]]:
    for kind, make in _MAKERS.items():
        if isinstance(node, kind):
            yield from make(node)


def _compare(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    other = _OTHER_WAY[type(node.ops[0])]

    def change(made: ast.Compare) -> ast.AST:
        made.ops[0] = other()
        return made

    yield f"{ast.unparse(node)} with {other.__name__}", change


def _boolean(node: ast.BoolOp) -> Iterator[tuple[str, Change]]:
    def change(made: ast.BoolOp) -> ast.AST:
        made.op = ast.Or() if isinstance(made.op, ast.And) else ast.And()
        return made

    yield f"{ast.unparse(node)[:60]} with and/or", change


def _sign(node: ast.BinOp) -> Iterator[tuple[str, Change]]:
    if other := _OTHER_SIGN.get(type(node.op)):

        def change(made: ast.BinOp) -> ast.AST:
            made.op = other()
            return made

        yield f"{ast.unparse(node)[:60]} with {other.__name__}", change


def _unary(node: ast.UnaryOp) -> Iterator[tuple[str, Change]]:
    if isinstance(node.op, ast.Not | ast.Invert):
        yield f"{ast.unparse(node)[:60]} not turned round", lambda made: made.operand


def _condition(node: ast.If | ast.IfExp) -> Iterator[tuple[str, Change]]:
    def always(made: ast.If | ast.IfExp) -> ast.AST:
        made.test = ast.Constant(True)
        return made

    def never(made: ast.If | ast.IfExp) -> ast.AST:
        made.test = ast.Constant(False)
        return made

    yield f"if {ast.unparse(node.test)[:60]}: always", always
    yield f"if {ast.unparse(node.test)[:60]}: never", never


def _call(node: ast.Call) -> Iterator[tuple[str, Change]]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    said = ast.unparse(node)[-60:]
    if name in _NARROWING and isinstance(node.func, ast.Attribute):
        yield f"…{said} left out", lambda made: made.func.value
    if name in _ASKED and len(node.keywords) + len(node.args) > 1:
        for number, word in enumerate(node.keywords):
            yield f"…{said} without {word.arg}", _without("keywords", number)


def _listed(node: ast.List | ast.Tuple) -> Iterator[tuple[str, Change]]:
    """One of several that are allowed is no longer."""
    if all(isinstance(item, ast.Attribute) for item in node.elts) and len(node.elts) > 1:
        for number, item in enumerate(node.elts):
            yield f"without {ast.unparse(item)}", _without("elts", number)


def _without(field: str, number: int) -> Change:
    def change(made: ast.AST) -> ast.AST:
        del getattr(made, field)[number]
        return made

    return change


def _constant(node: ast.Constant) -> Iterator[tuple[str, Change]]:
    if isinstance(node.value, bool):
        yield f"{node.value} turned round", lambda made: ast.Constant(not made.value)
    elif isinstance(node.value, int):
        yield f"{node.value} plus 1", lambda made: ast.Constant(made.value + 1)


def _raise(node: ast.Raise) -> Iterator[tuple[str, Change]]:
    yield f"no {ast.unparse(node)[:60]}", lambda made: ast.Pass()


_MAKERS: dict[type | tuple[type, ...], Callable[..., Iterator[tuple[str, Change]]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.BinOp: _sign,
    ast.UnaryOp: _unary,
    (ast.If, ast.IfExp): _condition,
    ast.Call: _call,
    (ast.List, ast.Tuple): _listed,
    ast.Constant: _constant,
    ast.Raise: _raise,
}
