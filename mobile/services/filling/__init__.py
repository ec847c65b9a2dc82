"""What a report begins with, and how its parts are reached while it is being filled in."""
