"""What a mission is and which rules hold for it. Standard library only; no input, no output, no clock."""
