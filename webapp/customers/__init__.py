"""Customers: find, show, add and correct them; our copy of them and the sync that keeps it."""
