"""Tests of mobile.storage."""
