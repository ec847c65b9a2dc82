"""Tests of backend.audit."""
