"""The cases that come with the program: all fourteen types of fault, those that came later, and clean traps.

`python -m bench.seeding` writes the file anew, in the source tree.
"""

from pathlib import Path

FILES = (Path(__file__).with_name("seeded.jsonl"),)
