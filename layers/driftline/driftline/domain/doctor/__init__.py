"""What facts about a deployed stack mean: one module per question, each line `ok` or what to do."""
