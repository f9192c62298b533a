"""The audit log: who changed which row, written in the same transaction as the change."""
