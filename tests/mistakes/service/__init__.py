"""Code with mistakes, as a service might have it."""
