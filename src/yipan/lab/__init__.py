"""The scenario lab (情景实验室): classic stories, run for real, played step by step."""
