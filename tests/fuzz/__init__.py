"""Random requests of everybody to every address: nothing breaks, and nothing that is kept back is read."""
