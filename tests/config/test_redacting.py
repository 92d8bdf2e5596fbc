"""The redact filter stands behind every log line that leaves the process."""

from __future__ import annotations

import io
import json
import logging

from config import logging as ours
from stores.kernel.security import redaction


def test_a_secret_that_slips_into_a_line_is_masked(monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr("sys.stderr", said)
    before = logging.getLogger().handlers[:]
    try:
        ours.configure({"level": "INFO"})
        logging.getLogger("stores.x").warning("something", extra={"code": "shpat_0123456789abcdef"})
    finally:
        logging.getLogger().handlers[:] = before

    line = json.loads(said.getvalue().splitlines()[-1])
    assert line["code"] == redaction.MASK
    assert line["message"] == "something"
