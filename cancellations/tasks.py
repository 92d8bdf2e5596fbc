"""Celery tasks of the top floor. Tasks take uuids and call one service."""
