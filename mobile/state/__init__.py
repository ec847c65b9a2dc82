"""What a screen shows: frozen values, their words already in the officer's language. No Kivy, no services."""
