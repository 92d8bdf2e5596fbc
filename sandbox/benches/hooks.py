"""`manage.py bench hooks`: signed webhooks a second, beside `/alive` of the same server in the same run.

The server is gunicorn as `manage.py up` starts it; four clients keep their connections. Every body is another one, so
each delivery is read, verified, sealed, and on the disk before its answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import mean
from typing import Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection

from cancellations.models import Inbox
from sandbox.benches import clients, frame, served
from sandbox.benches.ground import Ground, ground
from stores.kernel.security import signing
from stores.services import credentials

BODIES, BODIES_QUICK = 2000, 400
ROUNDS: Final = 3
SECRET: Final = "shpss_of_the_bench"  # noqa: S105  of a shop that lives as long as the bench


def run(quick: bool) -> Iterator[frame.Figure]:
    count = BODIES_QUICK if quick else BODIES
    with ground() as place, _web(place) as port:
        credentials.keep(place.store.connection, {"client_secret": SECRET})
        alive = [b"GET /alive HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"] * count
        clients.measured(port, alive[:100])
        clients.measured(port, _knocks(place, "warm", 100))
        beside: list[float] = []
        rates: list[float] = []
        waits: list[float] = []
        for turn in range(ROUNDS):
            beside.append(count / clients.measured(port, alive)[0])
            seconds, each = clients.measured(port, _knocks(place, f"turn {turn}", count))
            rates.append(count / seconds)
            waits += each
        _check_kept(place, ROUNDS * count + 100)
    notes = {"clients": clients.HOW_MANY, "n": count, "rounds": ROUNDS}
    yield frame.Figure("hooks", "/alive", mean(beside), "per second", notes)
    yield frame.Figure("hooks", "webhooks", mean(rates), "per second", notes)
    yield frame.Figure("hooks", "webhooks of /alive", mean(rates) / mean(beside), "share", {"bar": 0.30, **notes})
    yield from frame.spread("hooks", "answer", waits)


def _check_kept(place: Ground, wanted: int) -> None:
    """An answer of 200 for a delivery that is not there would make every other figure worthless."""
    kept = Inbox.objects.filter(store=place.store).count()
    if kept != wanted:
        raise RuntimeError(f"{kept} of {wanted} deliveries were kept")


def _knocks(place: Ground, name: str, count: int) -> list[bytes]:
    """As Shopify sends them: some kilobytes, another order each."""
    return [_knock(place.store.connection.inbox_token, SECRET, f"{name} {number}", number) for number in range(count)]


def _knock(token: str, secret: str, name: str, number: int) -> bytes:
    lines = [{"id": line, "title": f"Shirt {line}", "quantity": 2, "price": "19.90"} for line in range(30)]
    body = json.dumps({"id": 1_000_000 + number, "name": name, "line_items": lines}).encode()
    head = (
        f"POST /hooks/{token} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Shopify-Topic: orders/updated\r\nX-Shopify-Hmac-Sha256: {signing.hmac_base64(secret, body)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _web(place: Ground) -> Iterator[int]:
    """The desk on a port of its own, over the bench's database."""
    (place.folder / "queue").mkdir()
    port = served.free_port()
    options = f"--worker-class gthread --workers 1 --threads {settings.WEB_THREADS} --bind 127.0.0.1:{port}"
    options += " --no-control-socket --log-level warning"
    if os.path.isdir("/dev/shm"):  # noqa: S108  a folder in memory, only looked for
        options += " --worker-tmp-dir /dev/shm"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", *options.split()]
    server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ | _settings(place))  # noqa: S603  our own
    try:
        served.wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _settings(place: Ground) -> dict[str, str]:
    return {
        "READ_DEV_ENV": "false",
        "DEMO": "false",
        "PUBLIC_URL": "",
        "VAR_DIR": str(place.folder),
        "DATABASE_URL": _database(),
        "CELERY_BROKER_URL": "filesystem://",
        **{name: getattr(settings, name) for name in ("SECRET_KEY", "VAULT_KEYS", "AUDIT_KEY")},
    }


def _database() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}@" if known["USER"] else ""
    where = f"{known['HOST']}:{known['PORT']}" if known["PORT"] else known["HOST"]
    rest = {name: value for name, value in known["OPTIONS"].items() if isinstance(value, str)}  # a socket's folder
    return f"postgres://{who}{where}/{known['NAME']}?{urlencode(rest)}"
