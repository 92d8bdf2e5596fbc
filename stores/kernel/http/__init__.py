"""Speaking HTTP: the one transport, what it promises (`contracts`), where it may go (`network`), and reading answers.

Nobody else in the product opens a socket to another system; adapters are handed a session. Read `contracts`, then
`transport`. It never retries and follows no redirect: a POST that is repeated or becomes a GET is an effect nobody
chose.
"""
