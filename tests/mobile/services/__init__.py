"""Tests of mobile.services."""
