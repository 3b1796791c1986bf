"""Models: how they are asked, what their answers are read as, and what they cost. The one importer of `openai`."""
