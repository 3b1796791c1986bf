"""What the roles are told. Long texts are data: one Markdown file per role, with named holes."""
