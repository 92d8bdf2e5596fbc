"""Shapes of what people send about shops and people, and of the sign-in. Views use them. Read `fields` first.

Fields are strict: nothing is trimmed, mended or taken for something it is not. The form of a connection is made from
what the adapter declares, so that a new platform needs none of its own.
"""
