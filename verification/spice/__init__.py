"""Simulation in processes of its own: the pool, its workers, measurements, Monte Carlo."""
