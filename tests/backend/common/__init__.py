"""Tests of backend.common."""
