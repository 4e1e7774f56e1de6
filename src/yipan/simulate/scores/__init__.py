"""What a run was worth: the systems' books and findings, held against the truth."""
