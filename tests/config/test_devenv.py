from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from config.up import devenv


def start(var: Path, **said: str) -> None:
    devenv.ensure({"VAR_DIR": str(var), **said}, is_start=True)


def test_a_first_start_makes_secrets_that_only_their_owner_reads(tmp_path: Path) -> None:
    start(tmp_path / "var")

    file = tmp_path / "var" / "dev.env"
    names = dict(line.split("=", 1) for line in file.read_text().splitlines())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert set(names) == {"SECRET_KEY", "VAULT_KEYS", "AUDIT_KEY"}
    assert all(len(base64.b64decode(names[n].split(":", 1)[1])) == 32 for n in ("VAULT_KEYS", "AUDIT_KEY"))


def test_a_second_start_keeps_the_secrets(tmp_path: Path) -> None:
    start(tmp_path)
    before = (tmp_path / "dev.env").read_text()

    start(tmp_path)

    assert (tmp_path / "dev.env").read_text() == before


@pytest.mark.parametrize("said", [{"SECRET_KEY": "s"}, {"SECRET_KEY_FILE": "/run/s"}, {"READ_DEV_ENV": "false"}])
def test_a_deployment_with_secrets_of_its_own_gets_no_file(tmp_path: Path, said: dict[str, str]) -> None:
    start(tmp_path, **said)

    assert not (tmp_path / "dev.env").exists()


@pytest.mark.parametrize(
    ("said", "stands", "expected"),
    [
        pytest.param({}, False, True, id="a first start shows the demo"),
        pytest.param({"DEMO": ""}, False, True, id="said empty is not said"),
        pytest.param({"DEMO": "0"}, False, False, id="DEMO=0 starts empty"),
        pytest.param({}, True, False, id="an installation that stands stays without"),
        pytest.param({"DEMO": "1"}, True, True, id="DEMO=1 brings it back"),
        pytest.param({"DATABASE_URL": "postgres://x"}, False, False, id="no demo in a database somebody names"),
    ],
)
def test_when_the_demo_is_on(tmp_path: Path, said: dict[str, str], stands: bool, expected: bool) -> None:
    if stands:
        (tmp_path / "rescind.sqlite3").touch()

    start(tmp_path, **said)

    assert (tmp_path / "demo" / "demo.env").exists() is expected


def test_a_command_that_is_no_start_makes_no_demo(tmp_path: Path) -> None:
    devenv.ensure({"VAR_DIR": str(tmp_path)}, is_start=False)

    assert (tmp_path / "dev.env").exists()
    assert not (tmp_path / "demo").exists()


def test_a_port_that_is_no_number_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="PORT must be a number, not '80a'"):
        start(tmp_path, PORT="80a")
