"""What takes too long for every test run: `make soak`. In brief it runs in the tests."""
