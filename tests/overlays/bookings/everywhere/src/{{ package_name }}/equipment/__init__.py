"""Equipment: what stands in the rooms, or waits in the store."""
