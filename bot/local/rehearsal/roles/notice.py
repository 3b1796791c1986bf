"""What a rehearsal says about itself in every piece of work."""

NOTICE = "Rehearsal: composed by rules, no language model was used."
