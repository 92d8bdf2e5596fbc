"""The machines' door: webhooks come in, are verified on their raw bytes, kept, and cause one read. Nothing else.

`door` is the view (fast, never raises), `inbox` keeps and reads. What a body says is never believed.
"""
