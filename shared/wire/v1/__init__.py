"""Version 1 of the field report: records, envelope, one codec, canonical form, seal."""
