"""A store: its book, its tickets."""
