"""Secrets at rest (vault), signatures (signing), and what never reaches a log (redaction). Read `vault` first."""
