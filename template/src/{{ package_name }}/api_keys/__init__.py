"""API keys: credentials for programs that act for a user."""
