"""`make test`: the whole suite on SQLite, then what only the database decides again on a real PostgreSQL.

All on two workers; tests that start real processes (marker `live`) stay together by file, so that those of one file
share a stack and run one after another. The last line sums up.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.rigs import chromium
from tests.rigs.servers import postgres_server

NOTHING_COLLECTED = 5
STEADY = {
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "PYTHONHASHSEED": "0",  # both workers must collect the same tests in the same order
}


@dataclass(frozen=True)
class Part:
    title: str
    select: str
    workers: int
    spread: str = "load"  # how xdist hands out tests


ON_SQLITE = (Part("SQLite", "not live", 2), Part("SQLite, real processes", "live", 2, "loadfile"))
ON_POSTGRES = (
    Part("PostgreSQL", "postgres and not live", 2),
    Part("PostgreSQL, real processes", "postgres and live", 0),
)


def main(arguments: list[str]) -> int:
    began, totals, codes = time.monotonic(), Counter[str](), []
    chromium.install_when_possible()
    given = os.environ.pop("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="rescind-reports-") as folder:
        reports = Path(folder)
        codes += [_run(part, {}, reports, totals, arguments) for part in ON_SQLITE]
        with postgres_server(given) as url:
            codes += [_run(part, {"DATABASE_URL": url}, reports, totals, arguments) for part in ON_POSTGRES]
    failed = totals["failed"] or any(codes)
    _say(f"all parts, {time.monotonic() - began:.0f} s")
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if failed or not totals["passed"] else 0


def _run(part: Part, extra: dict[str, str], reports: Path, totals: Counter[str], arguments: list[str]) -> int:
    """One pytest process; adds its counts to `totals`. Returns 0 when it passed or held no test."""
    _say(part.title)
    report = reports / f"{part.title.replace(' ', '-')}.xml"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        str(part.workers),
        "--dist",
        part.spread,
        "-m",
        part.select,
        "--durations=15",
    ]
    command += [f"--junitxml={report}", *arguments]
    env = os.environ | STEADY | extra
    code = subprocess.run(command, env=env, check=False).returncode
    totals.update(_counts(report))
    if not report.exists():
        _say(f"{part.title} ended without a report, code {code}")
    return 0 if code == NOTHING_COLLECTED else code


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
