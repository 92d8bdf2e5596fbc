"""One language for every platform: frozen dataclasses, no models, no vendor, no Django.

Read `order` first (what a shop told us), then `request` (what a person asks), `commands` (what we tell a
shop to do and what it answered), `capabilities` (what a shop can do, in words) and `events`.
`codec` turns any of them into canonical JSON and back; it is the only place that does.
"""
