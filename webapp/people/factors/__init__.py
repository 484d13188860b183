"""Second factors: codes from an app, passkeys, recovery codes, and asking for one again."""
