"""How the phone talks: HTTP and tus."""
