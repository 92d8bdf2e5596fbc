"""Boundaries at which a process may die: only where one is named, and once."""

from __future__ import annotations

import os
import signal

import pytest

from stores.kernel import failpoints


@pytest.fixture
def killed(monkeypatch, tmp_path):
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, sign: calls.append((pid, sign)))
    monkeypatch.setenv("RESCIND_FAILPOINT", "refund.sent")
    monkeypatch.setenv("RESCIND_FAILPOINT_SPENT", str(tmp_path / "spent"))
    return calls


def test_the_process_dies_at_the_named_boundary_and_once(killed, tmp_path):
    failpoints.failpoint("refund.intended")
    assert (killed, (tmp_path / "spent").exists()) == ([], False)

    failpoints.failpoint("refund.sent")
    failpoints.failpoint("refund.sent")

    assert killed == [(os.getpid(), signal.SIGKILL)]
    assert (tmp_path / "spent").exists()


def test_an_armed_boundary_raises_once_and_is_disarmed_at_the_end():
    with failpoints.armed("cancel.looking"):
        failpoints.failpoint("cancel.polling")
        with pytest.raises(failpoints.Crash):
            failpoints.failpoint("cancel.looking")
        failpoints.failpoint("cancel.looking")
    with failpoints.armed("cancel.looking"):
        pass
    failpoints.failpoint("cancel.looking")


def test_only_a_boundary_that_exists_can_be_armed():
    with pytest.raises(ValueError, match="no boundary is called"), failpoints.armed("cancel.wondering"):
        pass
    assert len(failpoints.names()) == len(set(failpoints.names())) == 5 * 8 + 3 + 6
