"""What `python3 run.py` does before any package is installed: the standard library and nothing else."""
