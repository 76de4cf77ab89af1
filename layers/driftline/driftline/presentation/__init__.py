"""How verdicts look to people: texts, pages, messages."""
