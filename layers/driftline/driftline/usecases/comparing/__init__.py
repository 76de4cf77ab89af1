"""One data set compared with another, by the rules of a monitor."""
