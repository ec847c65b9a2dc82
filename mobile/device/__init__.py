"""Receivers, keys and cameras behind the ports."""
