"""Valid records of the field, each with overrides, and ways to break them on purpose."""
