"""The main job in front of the user: a report travels from a phone at the riverbank to the month's figures.

Real processes, real NMEA sentences through the GNSS port, real JPEG files, real HTTP, real databases. `make demo` runs
it; the test of the journey runs the same.
"""
