"""Each guard finds one kind of mistake, and reports it at the test that made it."""
