"""The phone's own parts on Android, through pyjnius. Imported nowhere else than on a phone, and in tests that put
`tests.fakes.jnius` in its place."""
