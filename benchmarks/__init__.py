"""What measures speed and cost; ``make bench`` runs it."""
