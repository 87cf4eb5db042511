"""The HTTP API under `/api/v1`: one table of operations makes the routes and their description."""
