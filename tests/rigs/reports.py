"""Marks that follow from fixtures and folders, one hypothesis profile, and vendor schemas counted in the summary."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings

from tests.rigs import parts

BY_FIXTURE = {
    "chromium_browser": "browser",
    "live_stack": "live",
    "demo_stack": "live",
    "live_stack_on_redis": "live",
    "redis_url": "redis",
}

hypothesis.settings.register_profile("house", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, mark in BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
        if "journeys" in item.path.parts and not item.get_closest_marker("redis"):
            item.add_marker("postgres")
        _is_found_by_its_words(item)
    if settings.IS_SQLITE:
        _leave_out(config, items, [i for i in items if _only_postgres(i)])


def _is_found_by_its_words(item: pytest.Item) -> None:
    """Or the parts of the suite that read few files would leave it out."""
    for mark in parts.WORDS:
        if item.get_closest_marker(mark) and not parts.may_hold(item.path, mark):
            raise pytest.UsageError(f"{item.nodeid} is marked {mark}, which tests/rigs/parts.py does not see")


def pytest_configure() -> None:
    """Looking for garbage after each 700 objects was a tenth of the suite's work."""
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_finish() -> None:
    """What 13,000 collected tests hold lives to the end: it need not be looked through again and again."""
    gc.collect()
    gc.freeze()


def _only_postgres(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("postgres")
    return bool(mark and mark.kwargs.get("only"))


def _leave_out(config: pytest.Config, items: list[pytest.Item], out: list[pytest.Item]) -> None:
    """Deselected, not skipped: they run in the PostgreSQL part of the same `make test`."""
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture
def vendor_specs(request: pytest.FixtureRequest) -> Path:
    """The folder of one vendor's published schemas, named by `@pytest.mark.vendor_specs("shopify")`."""
    mark = request.node.get_closest_marker("vendor_specs")
    vendor = str(mark.args[0])
    root = os.environ.get("VENDOR_SPECS", "")
    if not root:
        pytest.skip(f"vendor schema of {vendor}: VENDOR_SPECS is not set")
    folder = Path(root) / vendor
    if not folder.is_dir():
        pytest.fail(f"VENDOR_SPECS names {root}, which holds no {vendor}")
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """The vendor rides on the report, also from an xdist worker."""
    outcome = yield
    mark = item.get_closest_marker("vendor_specs")
    if mark and mark.args:
        outcome.get_result().user_properties.append(("vendor", mark.args[0]))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    stats = terminalreporter.stats
    for word in ("passed", "failed", "skipped"):
        for report in stats.get(word, []):
            for name, vendor in getattr(report, "user_properties", []):
                if name == "vendor":
                    counts[vendor, "skipped" if word == "skipped" else "validated"] += 1
    for vendor in sorted({vendor for vendor, _ in counts}):
        line = f"vendor schema {vendor}: {counts[vendor, 'validated']} validated, {counts[vendor, 'skipped']} skipped"
        terminalreporter.write_line(line)
