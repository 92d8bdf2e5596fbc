"""One language for every platform: frozen dataclasses, no models, no vendor, no Django.

Read `order` first (what a shop told us), then `request` (what a person asks), `commands` (what we tell a
shop to do), `receipts` (what it answered; kept by `stored_receipts`), `capabilities` (what a shop can do, in
words) and `events`.
`codec` turns any of them into canonical JSON and back; it is the only place that does.
"""
