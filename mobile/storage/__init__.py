"""What the phone keeps: SQLite and files."""
