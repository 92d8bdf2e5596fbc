"""The exported checkpoints: AUDIT_EXPORT_DIR/<chain>/<seq>.json, one statement each."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.conf import settings

from stores.audit import rows
from stores.audit.verify_audit import Line, line_of_file


def folder() -> Path:
    return Path(settings.AUDIT_EXPORT_DIR)


def path(chain: str, seq: int) -> Path:
    return folder() / chain / f"{seq:012d}.json"


def chains() -> set[str]:
    """Of which chains there are files."""
    return {found.parent.name for found in folder().glob("*/*.json")}


def of(chain: str) -> dict[str, Line]:
    """What the files say of a chain, by their name; one that cannot be read says only where it stands."""
    paths = sorted((folder() / chain).glob("*.json")) if chain in chains() else []
    return {found.name: line_of_file(found) for found in paths}


def name(seq: int) -> str:
    return f"{seq:012d}.json"


def number(file: str) -> int:
    """What a file is the checkpoint of; 0 for one that is not named as we name them."""
    stem = file.removesuffix(".json")
    seq = int(stem) if stem.isascii() and stem.isdecimal() and len(stem) < 19 else 0
    return seq if file == name(seq) else 0


def says(chain: str, name: str, line: Line) -> bool:
    """Whether a file holds this line as it was written, or as versions before wrote it: without copied columns."""
    older = {key: value for key, value in line.items() if key not in ("seq", "head", "at")}
    try:
        text = (folder() / chain / name).read_bytes()
    except OSError:  # a folder of that name, a link that leads nowhere
        return False
    return text in [f"{rows.text(form)}\n".encode() for form in (line, older)]


def write(path: Path, text: str) -> None:
    """Whole or not at all, on the disk before anybody sees it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{secrets.token_hex(4)}")  # two writers: the same text twice, never half of it
    with half.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
