"""Are the endpoint's inputs and outputs still like the baseline?"""
