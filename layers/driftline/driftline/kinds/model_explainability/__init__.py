"""Attribution drift: why does the model say what it says, and have its reasons changed?"""
