"""Bias drift: is the model, or the world that it sees, becoming less fair to a group?"""
