"""Yingce beside Django admin and beside bare SQL, on the same data (docs/benchmarks.md)."""
