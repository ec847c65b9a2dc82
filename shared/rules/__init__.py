"""Rules of the field: one pure function each, the same on phone and server."""
