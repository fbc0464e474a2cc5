"""What a terminal shows: results, progress, problems."""
