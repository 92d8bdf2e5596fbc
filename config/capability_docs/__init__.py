"""docs/platforms.md and docs/platforms/<key>.md, written from what the adapters declare (`manage.py capabilities`)."""
