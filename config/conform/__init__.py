"""`manage.py conform`: asks a merchant's development store what docs/vendors.md holds open. Read `probe` first.

`shopify woocommerce square magento bigcommerce shoplazza modern_dropship` declare probes, each with its doubt, what it
reads and which setting of the simulator's switch an answer means; `unasked` says why the other doubts have none.
`recorder` stands before the transport and lets nothing pass that changes something, unless that was asked for; `keep`
takes secrets and people out of what is kept; `doubts` reads the page; `run` walks. Probes know the product alone; the
command knows the sandbox.
"""
