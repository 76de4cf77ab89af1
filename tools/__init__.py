"""Programs for the repository itself: what they write is checked in and tested to be current."""
