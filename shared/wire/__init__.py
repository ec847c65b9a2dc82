"""The wire: what travels between phone and server, and lies in a case file."""
