"""A Django project whose admin manages the portal's own tables: the peer of the benchmarks."""
