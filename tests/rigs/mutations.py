"""Small wrong changes to a Python file: where they can be made, and the code that comes of one.

Docstrings, annotations, imports, `TYPE_CHECKING` blocks and log lines are left alone: no test could notice.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

COMPARED: dict[type, type] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COUNTED: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip
DELETED = (ast.Expr, ast.Raise, ast.AugAssign, ast.Continue, ast.Break, ast.Assign, ast.AnnAssign, ast.With, ast.For)
NO_CODE = ("annotation", "returns", "type_params", "op", "ops", "ctx")
LOGS = ("logger.", "logging.")
CO_OPTIMIZED = 1  # set for functions, not for the bodies of modules and classes
Members = dict[str, tuple[str, ...]]  # class of constants -> its members


@dataclass(frozen=True)
class Mutant:
    """One change of one node: the `turn`th thing that could stand at the `spot`th place of the tree."""

    path: str
    line: int
    spot: int
    turn: int
    words: str


def enum_members(files: Iterable[Path]) -> Members:
    """Every class of constants in these files: what one member can be confused with."""
    found: Members = {}
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and any(word in _bases(node) for word in ("Enum", "Choices")):
                rows = (row for row in node.body if isinstance(row, ast.Assign))
                found[node.name] = tuple(t.id for row in rows for t in row.targets if isinstance(t, ast.Name))
    return found


def _bases(node: ast.ClassDef) -> str:
    return " ".join(ast.unparse(base) for base in node.bases)


def mutants_of(path: str, source: str, members: Members) -> list[Mutant]:
    return [
        Mutant(path, getattr(node, "lineno", 0), spot, turn, f"{_short(node)}  ->  {_short(new)}")
        for spot, node in enumerate(_places(ast.parse(source)))
        for turn, new in enumerate(_others(node, members))
    ]


def mutated(mutant: Mutant, source: str, members: Members) -> ast.Module:
    """The tree with this one change; every line keeps its number."""
    tree = ast.parse(source)
    target = list(_places(tree))[mutant.spot]
    new = copy.deepcopy(list(_others(target, members))[mutant.turn])
    swapped: ast.Module = _Swap(target, ast.copy_location(new, target)).visit(tree)
    return ast.fix_missing_locations(swapped)


# --- what could stand there instead ---------------------------------------------------------------
def _others(node: ast.AST, members: Members) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=right) if type(op) in COMPARED:
            yield ast.Compare(left, [COMPARED[type(op)]()], right)
        case ast.Constant(value=value):
            yield from _constants(value)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in COUNTED and not _is_text(left, right):
            yield ast.BinOp(left, COUNTED[type(op)](), right)
        case ast.Attribute(value=ast.Name(id=name), attr=attr) if attr in members.get(name, ()):
            yield from (ast.Attribute(node.value, other, node.ctx) for other in members[name] if other != attr)
        case ast.Call(func=func, args=args, keywords=words):
            yield from (ast.Call(func, args, [w for w in words if w is not gone]) for gone in words if gone.arg)
        case _:
            yield from _branches(node)


def _constants(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)


def _branches(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            if not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp):  # those are changed by themselves
                yield ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant("" if _is_text(value) else None))
        case ast.AnnAssign(value=None):
            return
        case _ if isinstance(node, DELETED):
            yield ast.Pass()


def _is_text(*nodes: ast.AST) -> bool:
    return any(
        isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        for node in nodes
    )


# --- the tree -------------------------------------------------------------------------------------
class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else self.generic_visit(node)


def _places(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed, always in the same order."""
    for name, value in ast.iter_fields(node):
        for child in () if name in NO_CODE else value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_left_alone(child):
                yield child
                yield from _places(child)


def _is_left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=test):
            return "TYPE_CHECKING" in ast.unparse(test)
        case ast.Expr():
            return ast.unparse(node).startswith(LOGS)
    return False


def _short(node: ast.AST) -> str:
    if isinstance(node, ast.Pass):
        return "deleted"
    text = " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
    return text if len(text) <= 90 else f"{text[:60]} … {text[-28:]}"


# --- the code -------------------------------------------------------------------------------------
Pairs = list[tuple[CodeType, CodeType]]  # before, after
Replacing = Callable[[CodeType], CodeType]


def changed_code(before: CodeType, after: CodeType) -> Pairs:
    """The innermost code objects that differ."""
    old, new = _inner(before), _inner(after)
    found = [pair for one, other in zip(old, new, strict=False) for pair in changed_code(one, other)]
    if len(old) != len(new) or _own(before) != _own(after):
        found.append((before, after))
    return found


def only_in_functions(pairs: Pairs) -> bool:
    """Living functions can be given the new code: no module and no class would have come out otherwise."""
    return all(old.co_flags & CO_OPTIMIZED and old.co_freevars == new.co_freevars for old, new in pairs)


def replacing(pairs: Pairs) -> Replacing:
    """A function that puts the new code in the place of the old, also where it stands inside another."""
    wanted = dict(pairs)

    def replace(code: CodeType) -> CodeType:
        if new := wanted.get(code):
            return new
        inner = tuple(replace(const) if isinstance(const, CodeType) else const for const in code.co_consts)
        is_same = all(one is other for one, other in zip(inner, code.co_consts, strict=True))
        return code if is_same else code.replace(co_consts=inner)

    return replace


def _inner(code: CodeType) -> list[CodeType]:
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def _own(code: CodeType) -> tuple[Any, ...]:
    consts = [repr(const) for const in code.co_consts if not isinstance(const, CodeType)]
    return code.co_code, consts, code.co_names, code.co_varnames
