"""Users: who the service knows."""
