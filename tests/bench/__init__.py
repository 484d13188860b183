"""The bench: how quick Tillside is, beside a floor that does nothing. `make bench`."""
