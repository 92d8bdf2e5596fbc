"""Pages about shops, people and the way in: parse, call one service, answer. Read `access` first: every page goes
through it.

`may` says which action a page is, and a house test holds the whole map of them; unknown and forbidden answer the same
404. A shop's own page stands in `cancellations/views`, since it shows cancellations too.
"""
