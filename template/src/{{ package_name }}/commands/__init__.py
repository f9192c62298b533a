"""What the commands do; cli.py has their words and options."""
