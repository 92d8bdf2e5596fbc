"""The desk's pages and the POSTs on them: parse, call one service or page, answer. Read `order` first.

No view holds a business `if`, and none builds what a template shows: that is `pages`. One address serves page and
fragment; a refused form comes back with 422 and what was typed. `decisions` holds what a person may do to a
cancellation.
"""
