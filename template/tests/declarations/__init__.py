"""What every resource has to declare, checked in one place."""
