"""What an execution is asked, what it finds, and where its files are."""
