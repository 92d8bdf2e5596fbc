"""The durable machine: claim, write the intent, act, record, look again. Read `models`, then `leases`.

Whatever must survive a dead worker and a lost answer is a row with a lease (`Leased`); what changes something in the
outer world has a row for each send as well (`Attempted`), written before the socket opens (`journal`). The rooms here
know no step and no delivery: their owners keep the tables, the allowed moves, the words and the audit.

It stands below `stores.models`, since a shop's copy is leased, too: nothing here asks for a shop or a person.
"""
