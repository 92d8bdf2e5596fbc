"""The process that has collected the tests once, and gives each mutant a fork of itself."""

from __future__ import annotations

import ast
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from tests.rigs.mutations import Members, Mutant, Pairs, changed_code, mutated, only_in_functions, replacing

SPARE = 20.0  # CPU seconds a mutant gets on top of three times what its tests took
WALL = 6  # times as long by the clock on the wall: the machine may be busy
WORDS = {0: "alive", 1: "killed", 3: "error"}


class Map:
    """Which functions each test entered, how long it took, and what ran while the modules were imported."""

    def __init__(self, root: Path) -> None:
        self.root = f"{root}/"
        self.entered: dict[int, CodeType] = {}
        self.at_import: set[str] = set()
        self.tests: dict[str, tuple[float, frozenset[str]]] = {}

    def name(self, code: CodeType) -> str:
        """ "" for what is not ours."""
        is_ours = code.co_filename.startswith((f"{self.root}stores/", f"{self.root}cancellations/"))
        path = code.co_filename.removeprefix(self.root)
        return f"{path}:{code.co_firstlineno}:{code.co_qualname}" if is_ours else ""

    def start(self) -> None:
        entered = self.entered = {}

        def enter(frame: FrameType, event: str, arg: Any) -> None:
            del event, arg
            code = frame.f_code
            entered[id(code)] = code

        threading.settrace(enter)
        sys.settrace(enter)

    def stop(self) -> set[str]:
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        return {name for code in self.entered.values() if (name := self.name(code)) and "<module>" not in name}

    def load(self, kept: Path, wanted: Collection[str]) -> list[str]:
        """Take the tests that passed when they were measured; returns those that were never measured."""
        stored = _stored(kept)
        names, tests = stored["names"], stored["tests"]
        self.tests = {
            test: (row[0], frozenset(names[n] for n in row[1])) for test, row in tests.items() if row and test in wanted
        }
        return [test for test in wanted if test not in tests]

    def choose(self, names: set[str], is_own: Callable[[str], bool], patience: float) -> list[str]:
        """Tests that enter the code (names empty: all of its room), its own room first, the quick ones first."""
        ours = {test for test in self.tests if is_own(test)}
        found = [test for test, (_, entered) in self.tests.items() if names & entered] or list(ours)
        found.sort(key=lambda test: (test not in ours, self.tests[test][0]))
        chosen, spent = [], 0.0
        for test in found:
            spent += self.tests[test][0]
            if chosen and spent > patience:
                break
            chosen.append(test)
        return chosen


def _stored(kept: Path) -> dict[str, Any]:
    return dict(json.loads(kept.read_text())) if kept.exists() else {"names": [], "tests": {}}


def _store(kept: Path, found: dict[str, Any]) -> None:
    """Add to what is kept; names are written once and counted."""
    stored = _stored(kept)
    numbers = {name: n for n, name in enumerate(stored["names"])}
    for test, row in found.items():
        stored["tests"][test] = row and [row[0], [numbers.setdefault(name, len(numbers)) for name in row[1]]]
    kept.write_text(json.dumps({"names": list(numbers), "tests": stored["tests"]}))


@dataclass(frozen=True)
class Verdict:
    """outcome: alive, killed, killed (time), error. by: the test that failed, or what went wrong here."""

    outcome: str
    seconds: float
    tests: int
    by: str


class Server:
    """A pytest plugin: in place of its run loop, `work(judge)` with one fork for each mutant that is judged."""

    def __init__(self, root: Path, kept: Path, patience: float, work: Callable[[Server], None]) -> None:
        self.root, self.kept, self.patience, self.work = root, kept, patience, work
        self.map = Map(root)
        self.failed = ""
        self.database: Path | None = None
        self.map.start()

    def pytest_collection_finish(self) -> None:
        self.map.at_import = self.map.stop()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.session, self.items = session, {item.nodeid: item for item in session.items}
        self._open_database()
        if new := self.map.load(self.kept, self.items):
            self._measure(new)
        broken = [test for test in self.items if test not in self.map.tests]
        seconds = sum(row[0] for row in self.map.tests.values())
        print(f"{len(self.map.tests)} tests, {seconds:.0f} s; failing without a mutant: {broken}", flush=True)
        gc.freeze()
        self.work(self)
        return True

    def _open_database(self) -> None:
        """One test in this process builds the test database; a copy of it is put back before each mutant."""
        item = next((item for item in self.items.values() if "db" in getattr(item, "fixturenames", ())), None)
        if item is None:
            return
        item.ihook.pytest_runtest_protocol(item=item, nextitem=self.session.items[-1])
        from django.conf import settings
        from django.db import connections

        connections.close_all()
        self.database = Path(settings.DATABASES["default"]["TEST"]["NAME"])
        shutil.copy(self.database, self.database.with_suffix(".clean"))

    def _restore(self) -> None:
        if self.database:
            for tail in ("-wal", "-shm", "-journal"):
                Path(f"{self.database}{tail}").unlink(missing_ok=True)
            shutil.copy(self.database.with_suffix(".clean"), self.database)

    def _measure(self, tests: list[str]) -> None:
        """Run these once without a mutant. Those that fail so say nothing about mutants."""
        said = self.root / ".measured"
        self._fork(tests, said, 36_000, pairs=None)
        _store(self.kept, json.loads(said.read_text()))
        self.map.load(self.kept, self.items)

    def judge(self, mutant: Mutant, members: Members, is_own: Callable[[str], bool]) -> Verdict | None:
        """None where the change compiles to the same."""
        path, said = self.root / mutant.path, self.root / ".verdict"
        source = path.read_text()
        tree = mutated(mutant, source, members)
        pairs = changed_code(*(compile(code, str(path), "exec", dont_inherit=True) for code in (source, tree)))
        if not pairs:
            return None
        names = {self.map.name(old) for old, _ in pairs}
        is_living = only_in_functions(pairs) and not names & self.map.at_import and _is_imported(path)
        if not only_in_functions(pairs):  # a name of the module or a class: whoever reads it enters no function of it
            names = set()
        tests = self.map.choose(names, is_own, self.patience)
        seconds = 3 * sum(self.map.tests[test][0] for test in tests) + SPARE
        began = time.monotonic()
        said.unlink(missing_ok=True)
        self._restore()
        if not tests:
            outcome = "alive"
        elif is_living:
            outcome = self._fork(tests, said, seconds, pairs=pairs)
        else:
            outcome = self._fresh(tests, said, seconds, path, ast.unparse(tree))
        by = said.read_text() if said.exists() else ""
        return Verdict(outcome, round(time.monotonic() - began, 1), len(tests), by)

    # --- a fork ------------------------------------------------------------------------------------
    def _fork(self, tests: list[str], said: Path, seconds: float, *, pairs: Pairs | None) -> str:
        """pairs: the code to change; None measures instead, and writes what it found."""
        child = os.fork()
        if not child:
            self._child(tests, said, seconds, pairs)
        end = time.monotonic() + WALL * seconds
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return WORDS.get(os.waitstatus_to_exitcode(status), "killed (time)")
            if time.monotonic() > end:
                os.kill(child, 9)
            time.sleep(0.02)

    def _child(self, tests: list[str], said: Path, seconds: float, pairs: Pairs | None) -> None:
        code = 3
        try:
            log = os.open(self.root / ".child.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            _at_most(time.process_time() + seconds)
            items = [self.items[test] for test in tests]
            self.session._setupstate.teardown_exact(items[0])
            if pairs is None:
                said.write_text(json.dumps(self._run_and_measure(items)))
            else:
                give_new_code(pairs)
                said.write_text(self._first_failure(items))
            code = 1 if pairs is not None and self.failed else 0
        except BaseException:  # noqa: BLE001  the edge of a process of its own: it is written down
            said.write_text(traceback.format_exc(limit=-3))
        finally:
            os._exit(code)

    def _first_failure(self, items: list[pytest.Item]) -> str:
        self.failed = ""
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                break
        return self.failed

    def _run_and_measure(self, items: list[pytest.Item]) -> dict[str, Any]:
        found = {}
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            began, self.failed = time.process_time(), ""
            self.map.start()
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            entered = sorted(self.map.stop())
            found[item.nodeid] = [] if self.failed else [round(time.process_time() - began, 3), entered]
        return found

    # --- a process of its own ----------------------------------------------------------------------
    def _fresh(self, tests: list[str], said: Path, seconds: float, path: Path, text: str) -> str:
        """The changed file in the copied tree, imported anew."""
        was, listed, log = path.read_text(), self.root / ".tests", self.root / ".child.log"
        listed.write_text("\n".join(tests))
        words = f"-m pytest -q -x -p no:cacheprovider --no-migrations --reuse-db @{listed}"
        try:
            path.write_text(text)
            with log.open("w") as file:
                code = subprocess.run(
                    [sys.executable, *words.split()],
                    cwd=self.root,
                    stdout=file,
                    stderr=file,
                    timeout=WALL * seconds,
                    preexec_fn=lambda: _at_most(seconds),
                    check=False,
                ).returncode
        except subprocess.TimeoutExpired:
            return "killed (time)"
        finally:
            path.write_text(was)
        if code < 0:
            return "killed (time)"
        told = (line for line in log.read_text().splitlines() if line.startswith(("FAILED", "ERROR", "E  ")))
        said.write_text(next(told, ""))
        return "killed" if code else "alive"


def _is_imported(path: Path) -> bool:
    """A module that a test imports while it runs does not live in the process that is forked."""
    return any(getattr(module, "__file__", None) == str(path) for module in list(sys.modules.values()))


def _at_most(seconds: float) -> None:
    """Of CPU time, from the start of this process on."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))


def give_new_code(pairs: Pairs) -> None:
    """Every living function of the old code gets the new one, whoever holds it and however it is wrapped."""
    gc.unfreeze()  # or they would not be listed
    replace, files = replacing(pairs), {old.co_filename for old, _ in pairs}
    functions = [f for f in gc.get_objects() if isinstance(f, FunctionType) and f.__code__.co_filename in files]
    changed = [(f, new) for f in functions if (new := replace(f.__code__)) is not f.__code__]
    if not changed:
        raise LookupError(f"no living function has the code of {[old.co_qualname for old, _ in pairs]}")
    for function, code in changed:
        function.__code__ = code
