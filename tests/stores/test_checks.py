from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.test import override_settings

KEY = base64.b64encode(b"k" * 32).decode()


def found() -> dict[str, str]:
    return {m.id or "": m.hint or "" for m in checks.run_checks(tags=["rescind"])}


def test_the_settings_of_the_tests_have_no_error() -> None:
    assert not [name for name in found() if ".E" in name]


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("rescind.E001", {"SECRET_KEY": ""}),
        ("rescind.E001", {"SECRET_KEY": "short"}),
        ("rescind.E001", {"SECRET_KEY": "abcabcabc" * 9}),
        ("rescind.E002", {"VAULT_KEYS": "k1:c2hvcnQ="}),
        ("rescind.E002", {"VAULT_KEYS": ""}),
        ("rescind.E002", {"VAULT_KEYS": f"k1:{KEY},k1:{KEY}"}),
        ("rescind.E003", {"AUDIT_KEY": "a1:%%%"}),
        ("rescind.W001", {"AUDIT_KEY": ""}),
        ("rescind.E011", {"PUBLIC_URL": "desk.example.com"}),
        ("rescind.E011", {"PUBLIC_URL": "https://desk.example.com/path"}),
        ("rescind.E012", {"PRIVATE_NETWORKS": ["10.0.0.1/8"]}),
        ("rescind.E013", {"ALLOWED_HOSTS": ["*"]}),
        ("rescind.E014", {"DEMO": True, "ALLOWED_HOSTS": ["desk.example.com"]}),
        ("rescind.E014", {"DEMO": True, "HOST": "0.0.0.0"}),
        ("rescind.E014", {"DEMO": True, "HOST": ""}),
        ("rescind.E021", {"PLATFORM_READ_TIMEOUT_SECONDS": 0}),
        ("rescind.E022", {"WORKER_THREADS": 0}),
        ("rescind.E023", {"SECOND_FACTOR": "maybe"}),
        ("rescind.E024", {"HOLD_SECONDS": -1}),
        ("rescind.E025", {"CURRENCY": "Dollar"}),
        ("rescind.E026", {"EXCHANGE_RATES": "yes"}),
        ("rescind.W011", {"PUBLIC_URL": "https://d.example.com", "IS_HTTPS": True, "SECOND_FACTOR": "optional"}),
        ("rescind.W013", {"PUBLIC_URL": "http://d.example.com"}),
        ("rescind.W014", {"PUBLIC_URL": "https://d.example.com", "IS_HTTPS": True, "TRUSTED_PROXY_COUNT": 0}),
        ("rescind.E015", {"ALLOWED_HOSTS": ["d.example.com"], "DEBUG": True}),
        ("rescind.E016", {"STATE_DIR": Path("/nowhere/at/all")}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_bad_setting_is_named_with_a_hint(name: str, bad: dict[str, Any]) -> None:
    with override_settings(**bad):
        assert found().get(name)


@pytest.mark.parametrize("own", ["http://localhost:8000", "http://127.0.0.1:8000", "https://desk.example.com", ""])
def test_http_on_this_machine_and_https_need_no_warning(own: str) -> None:
    with override_settings(PUBLIC_URL=own):
        assert "rescind.W013" not in found()


def test_the_demo_may_be_shown_outside_when_told_so() -> None:
    with override_settings(DEMO=True, DEMO_ALLOW_HOSTS=True, HOST="0.0.0.0"):
        assert "rescind.E014" not in found()
