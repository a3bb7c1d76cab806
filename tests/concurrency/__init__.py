"""Many people at once, and a server that dies: nothing mixed up, nothing lost."""
