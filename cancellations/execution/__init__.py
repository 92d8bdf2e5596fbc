"""Durable work: claim, act, record, look again. Read `executor` first.

The database is the queue; a step is leased, its intent committed before the socket opens, and whatever is not
proven by an answer is looked up (`reconcile`), never repeated blindly. Only this package moves a step. What deliveries
share with steps stands in stores/effects.
"""
