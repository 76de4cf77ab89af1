"""What happens, in rooms, against ports."""
