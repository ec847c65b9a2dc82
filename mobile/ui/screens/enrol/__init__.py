"""See `screen`."""
