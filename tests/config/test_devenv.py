from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from config.up import devenv


def env_of(var: Path, **more: str) -> dict[str, str]:
    return {"VAR_DIR": str(var), **more}


def test_a_first_start_makes_secrets_that_only_their_owner_reads(tmp_path: Path) -> None:
    devenv.ensure(env_of(tmp_path / "var"))

    file = tmp_path / "var" / "dev.env"
    names = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(names) == {"SECRET_KEY", "VAULT_KEYS", "AUDIT_KEY"}
    assert all(len(base64.b64decode(names[n].split(":", 1)[1])) == 32 for n in ("VAULT_KEYS", "AUDIT_KEY"))


def test_a_second_start_keeps_the_secrets(tmp_path: Path) -> None:
    devenv.ensure(env_of(tmp_path))
    before = (tmp_path / "dev.env").read_text()

    devenv.ensure(env_of(tmp_path))

    assert (tmp_path / "dev.env").read_text() == before


@pytest.mark.parametrize(
    ("said", "is_first", "expected"),
    [
        pytest.param("", True, True, id="a fresh installation shows the demo"),
        pytest.param("0", True, False, id="DEMO=0 starts empty"),
        pytest.param("", False, False, id="an installation that left the demo stays without"),
        pytest.param("1", False, True, id="DEMO=1 brings it back"),
    ],
)
def test_when_the_demo_is_on(tmp_path: Path, said: str, is_first: bool, expected: bool) -> None:
    if not is_first:
        devenv.ensure(env_of(tmp_path, DEMO="0"))

    devenv.ensure(env_of(tmp_path, DEMO=said))

    assert (tmp_path / "demo" / "demo.env").exists() is expected
