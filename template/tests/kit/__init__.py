"""The test kit: fixtures and guards for async tests, all in one event loop. See README.md."""
