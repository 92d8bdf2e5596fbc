"""An order, its parts and its shop as the API tells them: each method is a field of the SDL in snake case.

The schema of the package above resolves the SDL by these. Read order.py first, then lines.py and money.py. A field that
the SDL has and no view knows fails the request, so that nothing is told that nobody wrote.
"""
