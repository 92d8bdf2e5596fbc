"""Code lines: what a reader must read and a maintainer must keep. No blank lines, no comments, no docstrings.

Python is read by its own tokenizer: a line counts when some token of code begins or goes on in it, so a string over
five lines is five, and a docstring none. GraphQL and templates lose their comments; JSON has none.
`python -m tests.house.counting` prints the table.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT

COUNTED = {".py", ".graphql", ".json", ".html", ".txt"}
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
           tokenize.ENDMARKER}  # fmt: skip
NO_PACKAGE = {"__init__.py", "__pycache__", "base.py", "registry.py"}
SCHEMA = "schema.graphql"
IN_TEMPLATES = re.compile(r"{% comment\b.*?%}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", re.DOTALL)


def code_lines(path: Path) -> int:
    text = path.read_text()
    match path.suffix:
        case ".py":
            return python_lines(text)
        case ".graphql":
            text = re.sub(r'""".*?"""|#[^\n]*', "", text, flags=re.DOTALL)
        case ".html" | ".txt":
            text = IN_TEMPLATES.sub("", text)
    return sum(bool(line.strip()) for line in text.splitlines())


def python_lines(text: str) -> int:
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - set(_docstrings(ast.parse(text))))


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            match node.body:
                case [ast.Expr(value=ast.Constant(value=str())) as said, *_rest]:
                    yield from range(said.lineno, (said.end_lineno or said.lineno) + 1)


def files_of(package: Path) -> list[Path]:
    """What is counted of a package, or of the one file that a small connector is."""
    if package.is_file():
        return [package]
    return sorted(path for path in package.rglob("*") if path.suffix in COUNTED and "__pycache__" not in path.parts)


def packages(folder: str) -> dict[str, Path]:
    """Key -> package (or single file) of the adapters or simulators in `folder`, from the root."""
    found = (path for path in (ROOT / folder).iterdir() if path.name not in NO_PACKAGE)
    return {path.stem: path for path in sorted(found) if path.is_dir() or path.suffix == ".py"}


def lines_of(package: Path) -> int:
    """Code lines of a package; a vendor's own schema, which we did not write, is not among them."""
    return sum(code_lines(path) for path in files_of(package) if path.name != SCHEMA)


def modules_of(package: Path) -> list[str]:
    """Names of its modules, but the map."""
    return [path.stem for path in files_of(package) if path.suffix == ".py" and path.name != "__init__.py"]


def table() -> Iterator[str]:
    """One row for each package, and what all share."""
    for folder in ("stores/platforms", "sandbox/platforms"):
        found = packages(folder)
        for key, package in found.items():
            yield f"{folder}/{key:<18}{lines_of(package):>6} lines{len(modules_of(package)):>4} files"
        yield f"{folder + ', all':<36}{sum(map(lines_of, found.values())):>6} lines"
    for shared in ("stores/connectors", "sandbox/core"):
        yield f"{shared + ', shared':<36}{lines_of(ROOT / shared):>6} lines"


if __name__ == "__main__":
    print("\n".join(table()))
