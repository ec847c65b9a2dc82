"""What comes from phones: envelopes, uploads, quarantine; and what the server says of itself."""
