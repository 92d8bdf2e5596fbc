"""Every setting is listed in .env.example, and nothing there is dead."""

from __future__ import annotations

import re

from tests.house.tree import ROOT

READ = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)"|os\.environ(?:\.get\(|\[)"([A-Z_]+)\"""")


def test_settings_and_env_example_name_the_same() -> None:
    source = (ROOT / "config" / "settings.py").read_text()
    read = {a or b for a, b in READ.findall(source)}
    listed = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))

    assert listed == read


def test_only_settings_reads_the_environment() -> None:
    """The start (config/up), benches that start processes, and the doors that name the settings are the exception."""
    named = ("settings", "celery", "wsgi", "gunicorn")
    doors = {*(f"config/{name}.py" for name in named), "stores/kernel/failpoints.py"}
    guilty = [
        str(path.relative_to(ROOT))
        for app in ("config", "cancellations", "notifications", "stores")
        for path in (ROOT / app).rglob("*.py")
        if "os.environ" in path.read_text() or "getenv" in path.read_text()
        if str(path.relative_to(ROOT)) not in doors and not {"up", "up.py", "benches"} & set(path.parts)
    ]

    assert guilty == []
