"""What decides: electrical rules, simulation, scores, the verdict."""
