"""Celery tasks of the ground floor: import, sync, hooks. Tasks take uuids and call one service."""
