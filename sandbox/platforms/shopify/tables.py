"""Tables of Shopify's own beside the kit's: orders with a search index apart, jobs, edit sessions, stock."""

TABLES = """
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, body TEXT NOT NULL, previous TEXT);
CREATE TABLE IF NOT EXISTS search (
  id INTEGER PRIMARY KEY, shop TEXT NOT NULL, name TEXT, number INTEGER, words TEXT, email TEXT, sku TEXT, tags TEXT,
  customer_id INTEGER, customer_name TEXT, confirmation TEXT, po_number TEXT, source_name TEXT, gateways TEXT,
  created_at INTEGER, updated_at INTEGER, processed_at INTEGER, is_closed INTEGER, is_cancelled INTEGER,
  is_test INTEGER, financial TEXT, fulfilment TEXT, returned TEXT, disputes TEXT, risk TEXT, total INTEGER,
  units INTEGER, locations TEXT);
CREATE INDEX IF NOT EXISTS search_updated ON search (shop, updated_at, id);
CREATE INDEX IF NOT EXISTS search_created ON search (shop, created_at, id);
CREATE INDEX IF NOT EXISTS search_processed ON search (shop, processed_at, id);
CREATE INDEX IF NOT EXISTS search_name ON search (shop, name);
CREATE TABLE IF NOT EXISTS jobs (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, order_id INTEGER NOT NULL,
  body TEXT NOT NULL, state TEXT NOT NULL, errors TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS jobs_order ON jobs (order_id);
CREATE TABLE IF NOT EXISTS edits (id INTEGER PRIMARY KEY, shop TEXT NOT NULL, order_id INTEGER NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS levels (shop TEXT NOT NULL, item INTEGER NOT NULL, location INTEGER NOT NULL,
  available INTEGER NOT NULL, committed INTEGER NOT NULL, on_hand INTEGER NOT NULL,
  PRIMARY KEY (shop, item, location)) WITHOUT ROWID;
"""
