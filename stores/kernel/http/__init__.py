"""Speaking HTTP: the one transport, what it promises (contracts), where it may go (network), and reading answers.

Nobody else in the product opens a socket to another system. Read `contracts`, then `transport`.
"""
