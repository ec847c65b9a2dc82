"""Cases: opened from accepted reports, moved by the table of transitions."""
