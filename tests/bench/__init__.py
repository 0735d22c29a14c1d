"""The benchmark: Shixian beside SimPy programs of the same models, and the times that a user waits (``make bench``)."""
