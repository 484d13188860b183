"""Tests of Tillside. Here: what holds for every one of them that tries many examples."""

from hypothesis import settings

settings.register_profile("tillside", deadline=None)  # a slow machine is no failure
settings.load_profile("tillside")
