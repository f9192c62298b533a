"""Tests over HTTP and on the real database, each in a transaction that is rolled back."""
