"""The migrations: they lead to what the models say, forth and back, with rows and in a crowd."""
