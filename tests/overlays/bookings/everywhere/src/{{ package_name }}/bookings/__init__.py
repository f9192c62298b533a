"""Bookings: who uses which room, and when."""
