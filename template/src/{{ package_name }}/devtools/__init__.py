"""What development and tests need and production does not."""
