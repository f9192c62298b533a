"""Exchange rates, from a service of somebody else."""
