"""`make test`: the whole suite on SQLite, then what only the database decides again on a real PostgreSQL.

`make prove` (`--prove`): the slower proofs instead (marker `prove`), on SQLite.

Tests that start real processes (marker `live`) wait more than they work: they run beside the others, one after another,
while those have two workers, and are told at the end. Parts of few tests read only the files that can hold them. The
last line sums up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.rigs import chromium, parts
from tests.rigs.servers import postgres_server

NOTHING_COLLECTED = 5
BYTECODE = parts.ROOT / ".pytest_cache" / "bytecode"


@dataclass(frozen=True)
class Part:
    """marks: the tests that have all of these; without: but none of those. workers: 0 = none, the process itself."""

    title: str
    marks: Sequence[str]
    without: Sequence[str]
    workers: int = 2

    @property
    def select(self) -> str:
        return " and ".join([*self.marks, *(f"not {mark}" for mark in self.without)])

    @property
    def is_beside(self) -> bool:
        return not self.workers


PROVE = "--prove"
ON_SQLITE = (
    Part("SQLite", (), ("live", "prove")),
    Part("SQLite, real processes", ("live",), ("prove",), workers=0),
)
ON_POSTGRES = (
    Part("PostgreSQL", ("postgres",), ("live", "prove")),
    Part("PostgreSQL, real processes", ("postgres", "live"), ("prove",), workers=0),
)
PROOFS = (
    Part("Proofs", ("prove",), ("live",)),
    Part("Proofs, real processes", ("prove", "live"), (), workers=0),
)


def main(arguments: list[str]) -> int:
    began = time.monotonic()
    chromium.install_when_possible()
    given = os.environ.pop("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="rescind-reports-") as folder:
        run = Run(Path(folder), [word for word in arguments if word != PROVE])
        if PROVE in arguments:
            run.all([(part, "") for part in PROOFS])
        else:
            with postgres_server(given) as url:
                run.all([(part, "") for part in ON_SQLITE] + [(part, url) for part in ON_POSTGRES])
    _say(f"all parts, {time.monotonic() - began:.0f} s")
    print(f"{run.totals['passed']} passed, {run.totals['failed']} failed, {run.totals['skipped']} skipped")
    return 1 if run.totals["failed"] or any(run.codes) or not run.totals["passed"] else 0


class Run:
    """What the parts said, in the folder `reports`; `arguments` go to each pytest."""

    def __init__(self, reports: Path, arguments: list[str]) -> None:
        self.reports, self.arguments = reports, arguments
        self.totals, self.codes = Counter[str](), list[int]()

    def all(self, wanted: Sequence[tuple[Part, str]]) -> None:
        """Each with its database ("" = SQLite): those beside in the background in their order, the others in front."""
        beside = [(part, url) for part, url in wanted if part.is_beside]
        ended = [0] * len(beside)

        def in_background() -> None:
            for number, (part, url) in enumerate(beside):
                with self._log(part).open("w") as said:
                    ended[number] = self._start(part, url, said)

        waits = threading.Thread(target=in_background, daemon=True)
        waits.start()
        for part, url in wanted:
            if not part.is_beside:
                _say(part.title)
                self._end(part, self._start(part, url))
        waits.join()
        for (part, _), code in zip(beside, ended, strict=True):
            _say(part.title)
            print(self._log(part).read_text(), flush=True)
            self._end(part, code)

    def _start(self, part: Part, url: str, said: Any = None) -> int:
        """pytest's code, at its end. One beside has a database of its own."""
        extra = {"DATABASE_URL": url} if url else {}
        extra |= {"TEST_DB_SUFFIX": "beside"} if part.is_beside else {}
        command = _command(part, self._report(part), self.arguments)
        return subprocess.run(command, env=_environment() | extra, stdout=said, stderr=said, check=False).returncode

    def _log(self, part: Part) -> Path:
        return self._report(part).with_suffix(".log")

    def _report(self, part: Part) -> Path:
        return self.reports / f"{part.title.replace(' ', '-')}.xml"

    def _end(self, part: Part, code: int) -> None:
        """Adds the part's counts to `totals`; one that held no test is as good as one that passed."""
        report = self._report(part)
        self.totals.update(_counts(report))
        if not report.exists():
            _say(f"{part.title} ended without a report, code {code}")
        self.codes.append(0 if code == NOTHING_COLLECTED else code)


def _environment() -> dict[str, str]:
    """Python keeps what it made of the files, if not beside them: else six processes make it of 400 test files each."""
    made = dict(os.environ)
    if made.pop("PYTHONDONTWRITEBYTECODE", ""):
        made["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    # The seed: both workers must collect the same tests in the same order.
    return made | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": "0"}


def _command(part: Part, report: Path, arguments: list[str]) -> list[str]:
    words = f"-m pytest -q -n {part.workers} --durations=15".split()
    is_told_where = any(Path(word.partition("::")[0]).exists() for word in arguments)
    files = parts.files_of(*part.marks) if part.marks and not is_told_where else []
    return [sys.executable, *words, "-m", part.select, f"--junitxml={report}", *arguments, *files]


def _counts(report: Path) -> Counter[str]:
    """passed / failed / skipped of one report; a run that wrote none counts as one failure."""
    if not report.exists():
        return Counter(failed=1)
    counts = Counter[str]()
    for suite in ET.parse(report).getroot().iter("testsuite"):
        tests, skipped = int(suite.get("tests", 0)), int(suite.get("skipped", 0))
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        counts.update(passed=max(tests - skipped - failed, 0), failed=failed, skipped=skipped)
    return counts


def _say(words: str) -> None:
    print(f"\n--- {words} ---", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
