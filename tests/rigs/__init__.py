"""What tests stand on that is real: PostgreSQL, Redis, Chromium, the whole product as processes.

Pytest plugins, named in tests/conftest.py: `servers` (pg_url, redis_url), `stack` (live_stack), `browser` (page),
`reports` (marks, skips by name, vendor schemas counted). `chromium` finds the browser; `processes` starts and ends.
"""
