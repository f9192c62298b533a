"""Shared by every part of the service; depends on none of them."""
