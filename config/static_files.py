"""Static files as they are served: named by their content, compressed, so that a browser asks for each once.

Whoever starts first makes them: `manage.py up` and every web process look whether STATIC_ROOT holds what this version
brings. Nobody has to remember a command. The sheets of every page go out as one file: each answer has its headers.
"""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from stores.templatetags.desk import BUNDLE, SHEETS

logger = logging.getLogger(__name__)
NOT_OURS = ["CVS", ".*", "*~"]
STANDS = ".made-of"  # what the files in STATIC_ROOT were made of


class Files(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Where nothing could be made, pages name the files plainly, and those are served from where they lie."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        return str(self.hashed_files.get(self.hash_key(self.clean_name(name)), name))


def ensure() -> None:
    """Make the files unless they stand. Quick when they do; two processes at once make them one after the other."""
    files = staticfiles_storage
    if not isinstance(files, Files):
        return
    root, found = Path(settings.STATIC_ROOT), dict(_found())
    wanted = _digest(found)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if _read(root / STANDS) != wanted:
                _make(root, found, files)
                (root / STANDS).write_text(wanted)
            files.hashed_files, _ = files.load_manifest()  # another may have made them
    except OSError:
        logger.warning("Static files could not be made; they are served as they are", exc_info=True)


def _found() -> Iterator[tuple[str, tuple[Any, str]]]:
    """Name, and where it lies; of two with one name the first finder's, which is ours."""
    seen = set()
    for finder in finders.get_finders():
        for path, storage in finder.list(NOT_OURS):
            name = f"{storage.prefix}/{path}" if getattr(storage, "prefix", None) else path
            if name not in seen:
                seen.add(name)
                yield name, (storage, path)


def _digest(found: dict[str, tuple[Any, str]]) -> str:
    digest = sha256(" ".join(map(version, ("django", "whitenoise"))).encode())
    for name in sorted(found):
        storage, path = found[name]
        digest.update(name.encode() + b"\0" + Path(storage.path(path)).read_bytes())
    return digest.hexdigest()


def _make(root: Path, found: dict[str, tuple[Any, str]], files: Files) -> None:
    for name, (storage, path) in found.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(Path(storage.path(path)).read_bytes())
    (root / BUNDLE).write_bytes(b"\n".join((root / sheet).read_bytes() for sheet in SHEETS))
    for _name, _hashed, done in files.post_process({**found, BUNDLE: (files, BUNDLE)}):
        if isinstance(done, Exception):
            raise done


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
