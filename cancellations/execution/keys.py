"""Idempotency keys and tags (RELIABILITY 4): deterministic, so a restarted worker computes the same."""

from __future__ import annotations

from uuid import UUID, uuid5

from cancellations.models import Step

NAMESPACE = UUID("5b0b6e0e-7e7a-5f0e-9c0a-2f5a0c1d7e11")


def key_of(step: Step) -> str:
    """36 characters; a new one per generation."""
    return str(uuid5(NAMESPACE, f"{step.cancellation.uuid}:{step.uuid}:{step.generation}"))


def tag_of(step: Step) -> str:
    """`[op 7f3a9c21]`: one per step, the same for all its generations."""
    return f"[op {uuid5(NAMESPACE, f'{step.cancellation.uuid}:{step.uuid}').hex[:8]}]"
