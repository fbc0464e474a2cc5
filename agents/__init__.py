"""Who does the work: the workflow, its agents, the built-in reader, the curated prompts."""
