"""Rooms: what can be booked, what stands in them, when they are closed, and what they look like."""
