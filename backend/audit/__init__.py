"""Append-only, hash-chained events, and the keys with which the server signs."""
