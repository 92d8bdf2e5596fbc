"""Vendor payloads of our own, one oddity each, with the values that are right; retyped, with invented people.

`<platform>/*.json` are the cases, `<platform>/feed.py` gives a payload to the adapter (and to the simulator where it
can be built); test_corpus.py reads, plans and carries them out. A new platform adds a folder and changes nothing here.

A case:

    platform, source   whose, and where the oddity was seen
    oddity             in a sentence
    order, refunds, …  the payloads, as the vendor answers; the feed knows their names
    sandbox            instead of payloads: the words for an order of the simulator
    ask                what a person asks, one after another, each on the order as it is then where it is carried out:
                       lines: {id or title: units} or "everything", own: an amount, shipping: an amount,
                       refund: "none", keep_stock: [ids]
    right              unreadable: the reading fails, in words that name this
                       order: {path: value} of the order that was read
                       asked: for each ask what the plan must be; the names stand in checks.py
    carried            false: the simulator cannot be given this payload, or not so that the vendor's oddity stays
"""
