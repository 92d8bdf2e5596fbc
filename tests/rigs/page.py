"""docs/operations.md as an operator takes it: its shell blocks run, its units started, where there is nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.tree import ROOT
from tests.rigs import processes

PAGE = ROOT / "docs" / "operations.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Unit:
    """A systemd unit of the page: the file it goes to, and its lines as they stand."""

    name: str
    text: str

    def says(self, key: str) -> str:
        found = re.findall(rf"^{key}=(.*)$", self.text, re.M)
        assert len(found) == 1, f"{key} in {self.name}: {found}"
        return str(found[0])


def blocks(section: str, kind: str = "sh") -> list[str]:
    """The fenced blocks of a kind below a heading, in their order."""
    text = PAGE.read_text().split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [body for name, body in BLOCK.findall(text) if name == kind]


def units() -> dict[str, Unit]:
    found = [body for name, body in BLOCK.findall(PAGE.read_text()) if name == "ini"]
    names = [body.splitlines()[0].rpartition("/")[2].removesuffix(".service") for body in found]
    return {name: Unit(name, body) for name, body in zip(names, found, strict=True)}


@dataclass
class Machine:
    """A folder in the place of `/`; `places` puts the test's servers where the page names examples."""

    root: Path
    places: Mapping[str, str] = field(default_factory=dict)
    path: str = os.environ.get("PATH", "")
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = processes.free_port()
        for folder in ("etc/rescind", "backup"):  # what root makes, in a `console` block
            (self.root / folder).mkdir(parents=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env_file(self) -> Path:
        return self.root / "etc/rescind/rescind.env"

    def install(self) -> None:
        """The first section; the port is the test's own."""
        make_keys, self.read_env = blocks("Install")
        self.run(make_keys)
        with self.env_file.open("a") as file:
            file.write(f"PORT={self.port}\n")

    def run(self, block: str) -> str:
        """One block in a fresh shell, which reads the settings first; what it printed."""
        before = self.read_env if "keys" not in block else ""
        command = ["bash", "-e", "-c", self._here(before + block)]
        done = subprocess.run(command, env=self._bare(), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def shell(self, code: str) -> str:
        return self.run(f".venv/bin/python manage.py shell --no-imports -c {code!r}").strip()

    def start(self, unit: Unit) -> None:
        command = self._here(unit.says("ExecStart")).split()
        env = self._bare() | dict(line.split("=", 1) for line in self.env_file.read_text().splitlines())
        log = self.root / f"{unit.name}.log"
        self.running[unit.name] = processes.start(command, env=env, log=log, cwd=ROOT)

    def stop(self) -> None:
        for name in tuple(self.running):
            with suppress(subprocess.TimeoutExpired):
                processes.stop(self.running.pop(name), patience=30)

    def said(self, name: str) -> str:
        return (self.root / f"{name}.log").read_text()

    def _bare(self) -> dict[str, str]:
        return {"PATH": self.path, "HOME": str(self.root)}

    def _here(self, text: str) -> str:
        inside = {name: f"{self.root}{name}" for name in ("/etc/rescind", "/var/lib/rescind", "/backup")}
        python = {name: sys.executable for name in ("/srv/rescind/.venv/bin/python", ".venv/bin/python")}
        places = {**python, **inside, **self.places}
        return re.sub("|".join(map(re.escape, places)), lambda found: places[found[0]], text)
