"""Measures Roost beside docker-registry and nginx; see ../README.md."""
