"""What was sent is said by the journal alone: an error may be one of a read, made after something had left."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from stores.kernel import errors

ROOT = Path(__file__).resolve().parents[2]
CLAIM = re.compile(r"nothing (more )?(was|is|has been) (sent|done|changed|moved|refunded)", re.IGNORECASE)
SOURCES = sorted((ROOT / "stores").rglob("*.py"))


def texts(path: Path) -> list[str]:
    """String literals that are no docstrings."""
    tree = ast.parse(path.read_text())
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    constants = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in told)
    return [n.value for n in constants if isinstance(n.value, str)]


def test_no_text_below_the_desk_says_what_was_sent():
    """Only the base of all errors does: it is shown where a form was refused before anything began."""
    found = [(str(p.relative_to(ROOT)), t) for p in SOURCES for t in texts(p) if CLAIM.search(t)]

    assert found == [("stores/kernel/errors.py", errors.DeskError.default_message)]


@pytest.mark.parametrize("kind", [k for k in vars(errors).values() if isinstance(k, type)], ids=lambda k: k.__name__)
def test_no_error_of_a_shop_claims_anything(kind):
    if issubclass(kind, errors.RemoteError):
        assert not CLAIM.search(kind.default_message)
    else:
        assert issubclass(kind, errors.DeskError) or not issubclass(kind, Exception)
