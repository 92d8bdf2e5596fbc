"""`make test`: the whole suite on SQLite, then what only the database decides again on a real PostgreSQL.

`make prove` (`--prove`): the slower proofs instead (marker `prove`), on SQLite.

Tests that start real processes (marker `live`) wait more than they work: they run beside the others, which have two
workers, and are told after them. The last line sums up.
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


PROVE = "--prove"
ON_SQLITE = (Part("SQLite, real processes", "live and not prove", 0), Part("SQLite", "not live and not prove", 2))
ON_POSTGRES = (
    Part("PostgreSQL, real processes", "postgres and live and not prove", 0),
    Part("PostgreSQL", "postgres and not live and not prove", 2),
)
PROOFS = (Part("Proofs, real processes", "prove and live", 0), Part("Proofs", "prove and not live", 2))


def main(arguments: list[str]) -> int:
    began, totals = time.monotonic(), Counter[str]()
    chromium.install_when_possible()
    given = os.environ.pop("DATABASE_URL", "")
    with tempfile.TemporaryDirectory(prefix="rescind-reports-") as folder:
        reports = Path(folder)
        if PROVE in arguments:
            codes = _both(*PROOFS, {}, reports, totals, [word for word in arguments if word != PROVE])
        else:
            codes = _both(*ON_SQLITE, {}, reports, totals, arguments)
            with postgres_server(given) as url:
                codes += _both(*ON_POSTGRES, {"DATABASE_URL": url}, reports, totals, arguments)
    failed = totals["failed"] or any(codes)
    _say(f"all parts, {time.monotonic() - began:.0f} s")
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return 1 if failed or not totals["passed"] else 0


def _both(
    beside: Part, part: Part, extra: dict[str, str], reports: Path, totals: Counter[str], arguments: list[str]
) -> list[int]:
    """`beside` in the background with a database of its own, `part` in front; then what the first one said."""
    with (reports / "beside.log").open("w+") as said:
        own = os.environ | STEADY | extra | {"TEST_DB_SUFFIX": "beside"}
        running = subprocess.Popen(_command(beside, reports, arguments), env=own, stdout=said, stderr=said)
        _say(part.title)
        code = subprocess.run(
            _command(part, reports, arguments), env=os.environ | STEADY | extra, check=False
        ).returncode
        codes = [_end(part, code, reports, totals)]
        code = running.wait()
        _say(beside.title)
        said.seek(0)
        print(said.read(), flush=True)
    return [*codes, _end(beside, code, reports, totals)]


def _command(part: Part, reports: Path, arguments: list[str]) -> list[str]:
    words = f"-m pytest -q -n {part.workers} --durations=15".split()
    return [sys.executable, *words, "-m", part.select, f"--junitxml={_report(part, reports)}", *arguments]


def _report(part: Part, reports: Path) -> Path:
    return reports / f"{part.title.replace(' ', '-')}.xml"


def _end(part: Part, code: int, reports: Path, totals: Counter[str]) -> int:
    """Adds the part's counts to `totals`. Returns 0 when it passed or held no test."""
    report = _report(part, reports)
    totals.update(_counts(report))
    if not report.exists():
        _say(f"{part.title} ended without a report, code {code}")
    report.unlink(missing_ok=True)
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
