"""Monitor documents as text: how they are read, where their errors are, and the status file that says so."""
