"""Secrets of an installation without any, in var/dev.env: made once, never overwritten. Needs no settings.

Written before any command that finds neither SECRET_KEY in the environment nor this file; a deployment that holds
its secrets elsewhere says READ_DEV_ENV=false. The demo lives in var/demo/, with a database, a queue and a sandbox of
its own; var/demo/demo.env switches it on for every command. A first start begins with it unless DEMO=0 or
DATABASE_URL says otherwise, or the folder sandbox/ is missing; `manage.py demo leave` removes that folder.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import MutableMapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
NO = {"0", "false", "no", "off"}


def ensure(environ: MutableMapping[str, str] = os.environ, *, is_start: bool) -> None:
    """Write what is missing: dev.env with fresh keys and, when `is_start`, demo.env if this start shows the demo."""
    if not environ.get("PORT", "8000").isdecimal():  # the settings could only fail at it
        raise SystemExit(f"PORT must be a number, not {environ['PORT']!r}. For example: PORT=9000 make run")
    if environ.get("READ_DEV_ENV", "").lower() in NO:
        return
    if not environ.get("DEMO", "unset"):
        del environ["DEMO"]  # said, but empty: as if not said
    var = Path(environ.get("VAR_DIR") or ROOT / "var")
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not {"SECRET_KEY", "SECRET_KEY_FILE"} & set(environ):
        write_once(var / "dev.env", fresh_secrets())
    if is_start and _wants_demo(environ, var):
        (var / "demo").mkdir(mode=0o700, exist_ok=True)
        write_once(var / "demo" / "demo.env", {"DEMO": "1", "SECOND_FACTOR": "optional"})


def fresh_secrets() -> dict[str, str]:
    """A new SECRET_KEY, key ring and audit key (32 random bytes are an Ed25519 private key)."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {"SECRET_KEY": secrets.token_urlsafe(50), "VAULT_KEYS": f"k1:{key()}", "AUDIT_KEY": f"a1:{key()}"}


def write_once(path: Path, values: dict[str, str]) -> bool:
    """Write NAME=value lines for the owner's eyes only (0600); False, and nothing done, when the file is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    return True


def _wants_demo(environ: MutableMapping[str, str], var: Path) -> bool:
    """As DEMO says, where the demo is at hand; unsaid, on a first start that names no database of its own."""
    if not (ROOT / "sandbox" / "demo").is_dir():
        return False
    if said := environ.get("DEMO", ""):
        return said.lower() not in NO
    return not environ.get("DATABASE_URL") and not (var / "rescind.sqlite3").exists()
