"""Scripts of the users: the only code here that is not ours."""
