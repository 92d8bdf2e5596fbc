"""What every test may use. The rigs bring what is real: databases, Redis, Chromium, processes."""

from __future__ import annotations

pytest_plugins = [
    "tests.rigs.audit",
    "tests.rigs.network",
    "tests.rigs.people",
    "tests.rigs.reports",
    "tests.rigs.servers",
    "tests.rigs.browser",
    "tests.rigs.desk",
    "tests.rigs.front",
    "tests.rigs.copies",
    "tests.rigs.stack",
]
