"""Are the endpoint's predictions still right, once the ground truth is known?"""
