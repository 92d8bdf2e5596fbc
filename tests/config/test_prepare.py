from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management.base import CommandError
from django.test import override_settings

from config.up import greeting, prepare


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_taken_port_is_said_with_a_way_out(taken: int) -> None:
    with pytest.raises(CommandError, match=f"Port {taken} is taken.*PORT={taken + 1} make run"):
        prepare.free_port("127.0.0.1", taken)


def test_two_starts_on_one_folder_do_not_go_together(tmp_path: Path) -> None:
    lock = prepare.only_one(tmp_path)

    with pytest.raises(CommandError, match="already runs"):
        prepare.only_one(tmp_path)
    os.close(lock)
    os.close(prepare.only_one(tmp_path))


def test_the_sandbox_goes_to_another_port_when_its_own_is_taken(taken: int) -> None:
    with override_settings(SANDBOX_URL=f"http://127.0.0.1:{taken}"):
        assert prepare.sandbox_port(taken) not in (0, taken)


def test_folders_are_for_their_owner_only(tmp_path: Path) -> None:
    with override_settings(STATE_DIR=tmp_path / "state", STATIC_ROOT=tmp_path / "static"):
        logs = prepare.folders()

    assert logs.stat().st_mode & 0o777 == 0o700


def test_a_desk_that_is_not_there_does_not_answer(taken: int) -> None:
    assert not greeting.answers("127.0.0.1", 1)


def test_the_greeting_names_address_accounts_and_the_first_link() -> None:
    account = greeting.Account("owner", "olga@demo.example", "a long password")

    lines = greeting.ready("http://127.0.0.1:8000/", [account], "http://127.0.0.1:8000/start/t", "var/log")

    said = "\n".join(lines)
    assert "http://127.0.0.1:8000/\n" in said
    assert "owner    olga@demo.example  a long password" in said
    assert "/start/t" in said
