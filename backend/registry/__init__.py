"""Communes and licences: what the field is compared with."""
