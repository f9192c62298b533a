"""What makes parts of the documentation: its pictures and its reference."""
