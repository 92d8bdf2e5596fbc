"""The demo: a sandbox shop, people of each role, and one cancellation of each kind of ending.

Everything is made by the product itself, through its services, against the sandbox over real HTTP; no row is
written to look as if. Read making first: all of it, once; safe to run again. cast: who can sign in. shops: connect and
import. stories: the cancellations, each with the fault or switch of the sandbox that makes it end as it does.
"""
