"""Do the tests notice? Random small changes to the code, one at a time, each against the tests that run it.

    python -m tests.mutants --seed 8 --count 200 [--package planning] [--minutes 45] [--resume FILE] [--again]

The tree is copied first; nothing here is changed. In the copy one pytest process collects the tests once and runs them
once, noting which functions each of them enters. Then every mutant gets a fork of that process: the living functions
are given the changed code and the tests that enter them run, the quick ones of the module's own room first, until one
fails. A change that is not inside a function (or inside one that ran at import) gets a fresh process instead.
Killed: a test failed or the time was up. `--resume` keeps the verdicts and the map of tests and goes on where it
stopped; with `--again` those that lived are tried once more, against the tests as they are now.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.mutant_server import Server, Verdict
from tests.rigs.mutations import Members, Mutant, enum_members, mutants_of

HERE = Path(__file__).resolve().parent.parent
PLATFORMS = ("shopify", "woocommerce", "bigcommerce", "magento", "square", "shoplazza", "modern_dropship")
ROOMS = {  # name -> (code, its own tests)
    "planning": ("cancellations/planning", ("tests/cancellations/planning/",)),
    "execution": ("cancellations/execution", ("tests/cancellations/execution/",)),
    "services": ("cancellations/services", ("tests/cancellations/services/", "tests/cancellations/views/")),
    "audit": ("stores/audit", ("tests/stores/audit/",)),
    "kernel": ("stores/kernel", ("tests/stores/kernel/",)),
    "connectors": ("stores/connectors", ("tests/stores/connectors/",)),
    **{name: (f"stores/platforms/{name}", (f"tests/stores/platforms/test_{name}",)) for name in PLATFORMS},
}
CORPUS = "tests/corpus/"
ALIKE = "tests/stores/platforms/test_"
SELECT = "not prove and not browser and not live and not postgres and not redis"
SLOW = "not test_histories and not test_restored"
PATIENCE = 15.0  # seconds of tests, as measured without a mutant, that one mutant may cost


def room_of(path: str) -> str:
    return next(name for name, (code, _) in ROOMS.items() if path.startswith(f"{code}/"))


def sample(root: Path, seed: int, package: str, members: Members) -> Iterator[Mutant]:
    """Mutants without end: a file by the number of its lines, then any change in it."""
    folders = [root / code for name, (code, _) in ROOMS.items() if package in ("", name)]
    files = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    weights = [len(path.read_text().splitlines()) for path in files]
    chance, seen = random.Random(seed), set()
    while True:
        path = chance.choices(files, weights)[0]
        if found := mutants_of(str(path.relative_to(root)), path.read_text(), members):
            mutant = chance.choice(found)
            if mutant not in seen:
                seen.add(mutant)
                yield mutant


class Kept:
    """The verdicts, one line a mutant in the file of `--resume`."""

    def __init__(self, file: str) -> None:
        self.file = Path(file) if file else None
        has_rows = self.file is not None and self.file.exists()
        self.rows = [json.loads(line) for line in self.file.read_text().splitlines()] if has_rows and self.file else []

    def living(self) -> list[Mutant]:
        rows = (row for row in self.rows if row["outcome"] == "alive")
        return [Mutant(**{field.name: row[field.name] for field in fields(Mutant)}) for row in rows]

    def has(self, mutant: Mutant) -> bool:
        return any(row | asdict(mutant) == row for row in self.rows)

    def add(self, mutant: Mutant, verdict: Verdict) -> None:
        """In the place of an earlier verdict on the same mutant."""
        others = [row for row in self.rows if row | asdict(mutant) != row]
        self.rows = [*others, asdict(mutant) | asdict(verdict)]
        if self.file:
            self.file.write_text("".join(f"{json.dumps(row)}\n" for row in self.rows))
        cost = f"{verdict.seconds} s, {verdict.tests} tests"
        print(f"{mutant.path}:{mutant.line}  {mutant.words}  {verdict.outcome}  {cost}", flush=True)

    def sum_up(self) -> None:
        every, alive = Counter[str](), Counter[str]()
        for row in self.rows:
            if row["outcome"] != "error":
                every.update([room_of(row["path"]), "all"])
                alive.update([room_of(row["path"]), "all"] if row["outcome"] == "alive" else [])
        for room in (room for room in [*ROOMS, "all"] if every[room]):
            killed = 100 - 100 * alive[room] / every[room]
            print(f"{room:16} {every[room]:4} mutants, {alive[room]:3} alive, {killed:.0f} % killed")


def work(server: Server, asked: argparse.Namespace) -> None:
    kept, until = Kept(asked.resume), time.monotonic() + asked.minutes * 60
    members = enum_members(path for app in ("cancellations", "stores") for path in (server.root / app).rglob("*.py"))
    fresh = (m for m in sample(server.root, asked.seed, asked.package, members) if not kept.has(m))
    mutants: Iterable[Mutant] = kept.living() if asked.again else fresh
    for mutant in mutants:
        if time.monotonic() > until or (len(kept.rows) >= asked.count and not asked.again):
            break
        room = room_of(mutant.path)
        if verdict := server.judge(mutant, members, lambda test, room=room: _is_own(test, room)):  # type: ignore[misc]
            kept.add(mutant, verdict)
    kept.sum_up()


def _is_own(test: str, room: str) -> bool:
    """The room's own, and for a platform what is asked of all of them alike."""
    if room not in PLATFORMS:
        return test.startswith(ROOMS[room][1])
    others = tuple(f"{ALIKE}{name}" for name in PLATFORMS if name != room)
    return f"[{room}" in test if test.startswith(CORPUS) else test.startswith(ALIKE) and not test.startswith(others)


def main(arguments: list[str]) -> int:
    """Copy the tree and start again inside the copy."""
    asked = _read(arguments)
    if asked.inside:
        return serve(asked)
    with tempfile.TemporaryDirectory(prefix="rescind-mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(HERE, tree, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", "var"))
        steady = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
        kept = [f"--resume={Path(asked.resume).resolve()}"] if asked.resume else []
        words = [sys.executable, "-m", "tests.mutants", "--inside", *arguments, *kept]
        return subprocess.run(words, cwd=tree, env=os.environ | steady, check=False).returncode


def _read(arguments: list[str]) -> argparse.Namespace:
    words: dict[str, Any] = {"description": __doc__, "formatter_class": argparse.RawDescriptionHelpFormatter}
    parser = argparse.ArgumentParser(**words)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--count", type=int, default=200, help="verdicts in all, those of --resume included")
    parser.add_argument("--package", default="", choices=["", *ROOMS])
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds of tests a mutant may cost")
    parser.add_argument("--resume", default="", metavar="FILE")
    parser.add_argument("--again", action="store_true", help="try those that lived once more")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def serve(asked: argparse.Namespace) -> int:
    tests = [test for name, (_, own) in ROOMS.items() if asked.package in ("", name) for test in own]
    folders = sorted({test.rsplit("/", 1)[0] for test in tests})
    kept = Path(f"{asked.resume}.map") if asked.resume else Path.cwd() / ".map"
    server = Server(Path.cwd(), kept, asked.patience, lambda server: work(server, asked))
    words = ["-q", "-s", "--no-header", "-p", "no:cacheprovider", "-m", SELECT, "-k", SLOW, *folders, CORPUS]
    return int(pytest.main(words, plugins=[server]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
