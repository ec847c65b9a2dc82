"""Geography without compiled libraries: fixes of a receiver, areas and distances in metres."""
