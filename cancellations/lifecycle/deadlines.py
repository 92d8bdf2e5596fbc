"""When a person is told, and how long we look after what we did (RELIABILITY 6 and 10)."""

from __future__ import annotations

from datetime import timedelta

ASK_A_PERSON_AFTER = timedelta(minutes=15)
SECOND_LOOK_EVERY = timedelta(hours=24)  # at an order that was acted on, for SECOND_LOOK_FOR
SECOND_LOOK_FOR = timedelta(days=14)
SECOND_LOOK_FAILED = timedelta(hours=1)  # a shop that does not answer is asked again
