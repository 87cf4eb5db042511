"""The fleet: inventory in the database, care for phones, and what operators ask of them."""
