"""kivy_garden.mapview with tiles of a file and layers of our own; it never touches the network."""
