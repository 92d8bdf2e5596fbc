"""The machines' entrance: webhooks come in, are verified on their raw bytes, kept, and cause one read. Nothing else.

`webhooks` is the view (fast, never raises), `inbox_writer` and `group_commit` keep what came, `inbox` reads later, from
a task. Read `webhooks` first. What a body says is never believed: it names an object, and the object is read.
"""
