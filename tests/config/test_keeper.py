"""Real processes, small ones."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.up.children import Child
from config.up.keeper import Keeper
from tests.rigs.processes import until

WAITS = "import signal; print('here', flush=True); signal.pause()"
STUBBORN = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True)\nwhile 1: signal.pause()"
)
WITH_CHILD = (
    "import subprocess, sys, signal; c = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print(c.pid, flush=True); signal.pause()"
)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def keeper(tmp_path: Path, said: list[str]) -> Iterator[Keeper]:
    kept = Keeper(env=os.environ, logs=tmp_path, say=said.append)
    yield kept
    kept.stop()


def python(code: str) -> Child:
    return Child("child", [sys.executable, "-c", code])


def log(keeper: Keeper) -> list[str]:
    return (keeper.logs / "child.log").read_text().split()


def looked_after(keeper: Keeper) -> bool:
    keeper.tick()
    return True


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_is_killed_starts_again_and_the_console_says_so(keeper: Keeper, said: list[str]) -> None:
    keeper.start(python(WAITS))
    first = keeper.kept[0].process
    assert first is not None
    until(lambda: log(keeper), what="the child runs")

    os.kill(first.pid, signal.SIGKILL)
    until(lambda: looked_after(keeper) and len(log(keeper)) == 2, what="a second child runs")

    assert keeper.kept[0].process is not first
    assert said[0].startswith("child ended (signal 9); starting it again in 0.5 s")


def test_a_child_that_keeps_dying_is_started_ever_more_seldom(keeper: Keeper) -> None:
    keeper.start(python("raise SystemExit(3)"))

    until(lambda: looked_after(keeper) and keeper.kept[0].pause >= 2, what="the pause doubled twice")

    assert keeper.kept[0].pause == 2


def test_a_child_that_ran_steadily_starts_again_at_once_and_none_waits_longer_than_half_a_minute(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    monkeypatch.setattr("config.up.keeper.STEADY_AFTER", 0.0)
    keeper.start(python("raise SystemExit(3)"))
    keeper.kept[0].pause = 16

    until(lambda: looked_after(keeper) and said, what="its death is seen")
    assert said[0].startswith("child ended (exit 3); starting it again in 0.5 s")

    monkeypatch.setattr("config.up.keeper.STEADY_AFTER", 60.0)
    keeper.kept[0].pause = 16
    until(lambda: looked_after(keeper) and len(said) == 2, what="its second death is seen")
    assert keeper.kept[0].pause == 30


def test_stopping_ends_the_whole_group(keeper: Keeper) -> None:
    keeper.start(python(WITH_CHILD))
    until(lambda: log(keeper), what="the grandchild runs")
    grandchild = int(log(keeper)[0])

    keeper.stop()

    until(lambda: not is_alive(grandchild), seconds=5, what="the grandchild is gone")


def test_a_child_that_ignores_the_request_is_killed(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.up.keeper.PATIENCE", 0.2)
    keeper.start(python(STUBBORN))
    process = keeper.kept[0].process
    assert process is not None
    until(lambda: log(keeper), what="the child runs")

    keeper.stop()

    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends children of a killed parent on Linux only")
def test_children_do_not_outlive_a_keeper_that_was_killed(tmp_path: Path) -> None:
    import subprocess

    code = (
        "import os, pathlib, sys, signal; from config.up.keeper import Keeper; from config.up.children import Child\n"
        f"k = Keeper(env=os.environ, logs=pathlib.Path({str(tmp_path)!r}), say=print)\n"
        f"k.start(Child('child', [sys.executable, '-c', {WAITS!r}])); print(k.kept[0].process.pid, flush=True)\n"
        "signal.pause()"
    )
    keeper = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout is not None
    child = int(keeper.stdout.readline())
    until(lambda: (tmp_path / "child.log").read_text(), what="the child runs")

    keeper.kill()
    keeper.communicate()

    until(lambda: not is_alive(child), seconds=5, what="the child is gone")


def test_a_command_runs_to_its_end_and_gives_its_code(keeper: Keeper) -> None:
    assert keeper.run(python("raise SystemExit(4)")) == 4


def test_a_log_is_cut_while_its_child_goes_on_writing(keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.up.keeper.LOG_BYTES", 2000)
    again = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})"
    keeper.start(
        python(f"import signal\n{again}\nwhile 1: print('x' * 2999, flush=True); signal.sigwait({{signal.SIGUSR1}})")
    )
    path, aside = keeper.logs / "child.log", keeper.logs / "child.log.1"
    until(lambda: path.stat().st_size == 3000, what="the log is long")

    keeper.tick()
    cut = path.stat().st_size
    assert keeper.kept[0].process is not None
    keeper.kept[0].process.send_signal(signal.SIGUSR1)
    until(lambda: path.stat().st_size, what="it goes on")

    assert (cut, aside.stat().st_size) == (0, 3000)
    assert path.read_bytes() == b"x" * 2999 + b"\n"  # not behind a hole where the old end was
