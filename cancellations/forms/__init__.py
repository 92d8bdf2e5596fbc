"""Shapes of what people send and of what narrows a list; views and pages use them. Read `preview` first.

A form says whether something can be meant at all, at its field; whether it is true is the services' business. Forms
never save and ask the database nothing but for choices. A value that does not fit is refused and shown as typed, never
mended.
"""
