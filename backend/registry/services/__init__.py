"""Writes to the registry: one transaction each, its audit event, and what phones get."""
