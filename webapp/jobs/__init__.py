"""The background worker and its schedule."""
