"""The control tower: the network, its figures and their trends, and what needs a person now."""
