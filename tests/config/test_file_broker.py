"""The embedded broker: whole messages, each to one reader, and no file that ends a worker."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import ChannelError

from config import file_broker
from config.celery import app
from tests.rigs import processes
from tests.rigs.stack import Stack

RING = Queue("rescind", Exchange("bells"), routing_key="rescind")


def channel_of(folder: Path) -> file_broker.Channel:
    opened = connect(folder).default_channel
    assert isinstance(opened, file_broker.Channel)
    return opened


def connect(folder: Path) -> Connection:
    options = {"data_folder_in": str(folder / "q"), "data_folder_out": str(folder / "q")}
    return Connection("filesystem://", transport_options=options | {"control_folder": str(folder / "control")})


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[file_broker.Channel]:
    with connect(tmp_path) as line:
        yield line.default_channel


def bad(channel: file_broker.Channel) -> list[str]:
    return sorted(file.name for file in (channel.folder / "bad").glob("*"))


def test_the_product_uses_it_for_a_queue_of_files() -> None:
    assert isinstance(app.connection_for_write("filesystem://").transport, file_broker.Transport)


def test_folders_that_are_not_there_are_made_for_their_owner_only(channel: file_broker.Channel) -> None:
    assert channel.folder.stat().st_mode & 0o777 == 0o700
    channel.folder.rmdir()

    with pytest.raises(Empty):
        channel._get("rescind")
    channel._put("rescind", {"n": 1})

    assert channel._get("rescind") == {"n": 1}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda text: text[: len(text) // 2], id="half of it"),
        pytest.param(lambda text: "", id="empty"),
        pytest.param(lambda text: "\0" * len(text), id="zeroes, as after a power cut"),
        pytest.param(lambda text: text.partition("\n")[2], id="not written by us"),
        pytest.param(lambda text: text.replace('"n": 1', '"n": 2'), id="changed"),
    ],
)
def test_what_is_not_as_written_is_put_aside_and_the_next_is_read(
    channel: file_broker.Channel, spoil: Callable[[str], str]
) -> None:
    channel._put("rescind", {"n": 1})
    (file,) = channel.folder.glob("*.msg")
    file.write_text(spoil(file.read_text()))
    channel._put("rescind", {"n": 3})

    assert channel._get("rescind") == {"n": 3}
    assert bad(channel) == [file.name]
    assert not list(channel.folder.glob("*.*"))


def test_bytes_that_are_no_text_and_a_folder_named_like_a_message_are_put_aside(channel: file_broker.Channel) -> None:
    (channel.folder / "1.rescind.msg").write_bytes(b"\xff\xfe")
    (channel.folder / "2.rescind.msg").mkdir()

    with pytest.raises(Empty):
        channel._get("rescind")
    assert bad(channel) == ["1.rescind.msg", "2.rescind.msg"]


def test_nonsense_cannot_fill_the_disk(channel: file_broker.Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_broker, "KEPT_BAD", 2)
    for n in range(4):
        (channel.folder / f"{n}.rescind.msg").touch()

    with pytest.raises(Empty):
        channel._get("rescind")
    assert len(bad(channel)) == 2


def test_a_write_that_fails_leaves_nothing_that_looks_like_a_message(
    channel: file_broker.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def full(path: Path, text: str) -> int:
        with path.open("w") as file:
            file.write(text[:10])
        seen.append([name.name for name in channel.folder.glob("*.msg")])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)

    with pytest.raises(ChannelError, match="No space left"):
        channel._put("rescind", {"n": 1})

    assert seen == [[]]
    assert os.listdir(channel.folder) == []


def test_of_two_readers_who_saw_the_same_message_one_gets_it(
    channel: file_broker.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel._put("rescind", {"n": 1})
    seen = channel._waiting("rescind")
    monkeypatch.setattr(channel, "_waiting", lambda queue: seen)

    assert channel._get("rescind") == {"n": 1}
    with pytest.raises(Empty):
        channel._get("rescind")
    assert bad(channel) == []


def test_what_dead_processes_left_goes_and_what_lives_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder := tmp_path / "q").mkdir()
    names = ["1.rescind.msg", "1.rescind.msg.x.half", "2.rescind.msg.taken"]
    for name in names:
        (folder / name).touch()

    channel_of(tmp_path).close()
    assert sorted(os.listdir(folder)) == sorted(names)

    monkeypatch.setattr(file_broker, "LEFT_BEHIND_SECONDS", -1)
    channel_of(tmp_path).close()
    assert os.listdir(folder) == ["1.rescind.msg"]


@pytest.mark.parametrize("text", ["", '[["resc', "{}", "[1]", "null"])
def test_a_table_that_cannot_be_read_loses_no_message(channel: file_broker.Channel, text: str) -> None:
    RING(channel).declare()
    channel._exchange_file("bells").write_text(text)

    channel.typeof("bells").deliver({"n": 1}, "bells", "rescind")

    assert channel._get("rescind") == {"n": 1}
    channel._queue_bind("bells", "rescind", "", "rescind")
    assert [row.queue for row in channel.get_table("bells")] == ["rescind"]


def write(folder: Path, first: int, count: int) -> None:
    channel = channel_of(folder)
    for n in range(first, first + count):
        channel._put("rescind", {"n": n, "filling": "x" * 20_000})
        (channel.folder / f"{n:020}_junk.rescind.msg").write_text("{" * (n % 50))


def read(folder: Path, found: Any, stop: Any) -> None:
    channel = channel_of(folder)
    while True:
        was_stopped = stop.is_set()
        try:
            found.put(channel._get("rescind")["n"])
        except Empty:
            if was_stopped:
                return


@pytest.mark.prove
def test_a_crowd_of_writers_and_readers_loses_and_doubles_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    found, stop = context.Queue(), context.Event()
    writers = [context.Process(target=write, args=(tmp_path, n * 500, 500)) for n in range(3)]
    readers = [context.Process(target=read, args=(tmp_path, found, stop), daemon=True) for _ in range(3)]
    for process in (*writers, *readers):
        process.start()
    for process in writers:
        process.join(120)
    stop.set()

    assert sorted(found.get(timeout=60) for _ in range(1500)) == list(range(1500))
    for process in readers:
        process.join(60)
    assert [process.exitcode for process in (*writers, *readers)] == [0] * 6
    assert found.empty()


@pytest.mark.prove
@pytest.mark.loopback
def test_a_worker_outlives_spoilt_files_and_goes_on(live_stack: Stack) -> None:
    worker = live_stack.running["worker"]
    queue = live_stack.state / "queue"
    for n in range(50):
        (queue / f"{n}.rescind.msg").write_text(
            '{"body": "W10=", "headers": {"expires": "never"}, "properties"'[: n * 3]
        )

    processes.until(lambda: len(list((queue / "bad").glob("*"))) == 50, what="all are put aside")
    live_stack.shell("from stores.kernel import queue; queue.enqueue_on_commit('cancellations.sweep')")
    processes.until(lambda: not list(queue.glob("*.msg")), what="the worker reads on")

    assert worker.poll() is None
