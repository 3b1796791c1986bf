"""Writes the cases that come with the program: `python -m bench.seeding` makes `bot/bench/seeded.jsonl` anew.

Everything in them is made up. The dice of each case are its own, so that a new type of fault changes no other case.
"""
