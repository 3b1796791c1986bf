"""Benchmarks: `python -m bench.acks`, `bench.calls`, `bench.waiting`, `bench.journal`. Each prints a small table."""
