"""The kit: Material 3's manner in plain Kivy. Everything takes its words from whoever makes it."""
