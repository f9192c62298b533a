"""What only a real server shows, over a socket."""
