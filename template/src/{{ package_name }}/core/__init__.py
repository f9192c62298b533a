"""What every part of the service shares and that knows no part of it."""
