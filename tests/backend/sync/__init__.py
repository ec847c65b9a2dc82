"""Tests of backend.sync."""
