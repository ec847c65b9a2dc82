"""Reading the registry."""
