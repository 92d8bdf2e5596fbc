"""Durable work: claim, act, record, look again. Tasks and the scheduler call it, services never. Read `executor` first.

`step_runner` does one turn of a leased step, `journal` commits intent and `sent_at` before the socket opens, `guards`
ask before every send, `outcomes` say what an answer means, `reconcile` looks when nobody knows, `verify` compares at
the end. What deliveries share with steps stands in stores/effects.

The database is the queue (docs/decisions/1-the-database-is-the-queue.md): there is no retry of Celery's and no ETA
here, and whatever an answer does not prove is looked up, never repeated. Only this package moves a step.
"""
